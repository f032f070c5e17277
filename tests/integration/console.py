"""People at the API as a browser is: a cookie, the token for changes, and roles made for a test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api.app import make_app
from core.secrets import ensure_secrets
from core.settings import Settings
from people import roster
from people.roles import Role
from people.roster import Hand, Wish

Sessions = async_sessionmaker[AsyncSession]
PASSWORD = "correct-horse-12345"


def settings_of(home: Path, database_url: str) -> Settings:
    settings = Settings(home=home, database_url=database_url, redis_url="unix:///nowhere")
    ensure_secrets(settings.secrets_file)
    return settings


def key_of(settings: Settings) -> bytes:
    return settings.secrets.audit.encode()


async def a_person(
    sessions: Sessions, settings: Settings, name: str, role: Role, where: str | None = None
) -> None:
    """Add somebody; `where` is the seat or the unit, as the role wants it."""
    unit = (where or "ZJJ") if role.of_a_unit else None
    wish = Wish(role, where if role.at_a_seat else None, unit)
    async with sessions.begin() as session:
        await roster.add(session, name, PASSWORD, wish, Hand("admin", key_of(settings)))


@asynccontextmanager
async def served(settings: Settings) -> AsyncIterator[FastAPI]:
    app = make_app(settings)
    async with app.router.lifespan_context(app):
        yield app


def browser(app: FastAPI) -> httpx.AsyncClient:
    door = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=door, base_url="http://127.0.0.1")


async def enter(page: httpx.AsyncClient, name: str, **shown: str) -> httpx.Response:
    """Sign in; the token for changes is sent with everything from then on."""
    answer = await page.post("/api/session", json={"name": name, "password": PASSWORD} | shown)
    if answer.status_code == 200:
        page.headers["X-CSRF-Token"] = answer.json()["csrf"]
    return answer
