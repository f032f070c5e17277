"""The console's files as the API serves them, built or not."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from api import console, errors, security
from api.resources import resources
from core.settings import Settings

pytestmark = pytest.mark.unit

PAGE = {"accept": "text/html"}


class _Opened:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    errors.install(app)
    security.install(app, "127.0.0.1")
    app.include_router(console.router)
    app.dependency_overrides[resources] = lambda: _Opened(Settings(home=tmp_path))
    door = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=door, base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture
def built(tmp_path: Path) -> Path:
    folder = tmp_path / "console"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<title>the console</title>")
    (folder / "assets/desk-1a2b.js").write_text("'desk'")
    (tmp_path / "secrets.toml").write_text("never to be served")
    return folder


async def test_a_hotline_without_a_console_says_so_and_works(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/desk", headers=PAGE)
    assert answer.status_code == 503
    assert "热线正常运行" in answer.text


async def test_every_address_of_a_page_is_the_console(
    browser: httpx.AsyncClient, built: Path
) -> None:
    for address in ("/", "/desk", "/tickets/LC2026112400001"):
        answer = await browser.get(address, headers=PAGE)
        assert "the console" in answer.text
        assert answer.headers["cache-control"] == "no-cache"
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "'unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_wrong_address_of_the_api_is_a_problem_and_no_page(
    browser: httpx.AsyncClient, built: Path
) -> None:
    for address, headers in (("/api/nothing", PAGE), ("/nothing", {"accept": "*/*"})):
        answer = await browser.get(address, headers=headers)
        assert answer.status_code == 404
        assert answer.json()["type"] == "urn:hotline:not-found"


async def test_pieces_are_kept_for_ever_and_pages_are_not(
    browser: httpx.AsyncClient, built: Path
) -> None:
    piece = await browser.get("/assets/desk-1a2b.js")
    assert piece.text == "'desk'"
    assert "immutable" in piece.headers["cache-control"]


async def test_nothing_outside_of_the_console_is_served(
    browser: httpx.AsyncClient, built: Path
) -> None:
    for name in ("../../secrets.toml", "..%2f..%2fsecrets.toml", "%2e%2e", "..", ".digest"):
        answer = await browser.get(f"/assets/{name}", headers={"accept": "*/*"})
        assert answer.status_code in (404, 422)
        assert "never" not in answer.text
