"""The desk sees where tickets would go, and rules send only what is clear, only if switched on."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api.app import make_app
from core.errors import ConfigError
from core.secrets import ensure_secrets
from core.settings import CHECKOUT, Settings
from tests.integration.test_finding import ticket
from tests.integration.test_suggestions import written
from tests.integration.ticket_life import CITY, MORNING, Life
from tickets.acts import Act
from tickets.durations import Span, Unit
from tickets.life.facts import Facts
from tickets.life.words import ClockKind, Secrecy
from tickets.review.by_rule import ByRule
from tickets.review.rules import DispatchRules, load_dispatch_rules
from tickets.routes import RouteRule
from tickets.states import TicketState
from tickets.suggesting.model import save
from tickets.suggesting.training import train

pytestmark = pytest.mark.integration

Sessions = async_sessionmaker[AsyncSession]
REVIEWER = {"Hotline-Actor": "review-1", "Hotline-Role": "reviewer"}
OTHER = {"Hotline-Actor": "li", "Hotline-Role": "unit", "Hotline-Unit": "GAJ"}
ON = DispatchRules(automatic=True)


@pytest.fixture
async def api(database_url: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(home=tmp_path, database_url=database_url, redis_url="unix:///nowhere")
    ensure_secrets(settings.secrets_file)
    app = make_app(settings)
    door = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=door, base_url="http://127.0.0.1") as client,
    ):
        client.headers["Authorization"] = f"Bearer {settings.secrets.api}"
        yield client


@pytest.fixture
def life(sessions: Sessions) -> Life:
    return Life(sessions)


async def waiting(life: Life, **matter: Any) -> str:
    number = await ticket(life, **matter)
    await life.act(number, Act.SUBMIT)
    return number


def rule(life: Life, rules: DispatchRules, models: Path = Path("/nowhere")) -> ByRule:
    return ByRule(life.sessions, lambda: CITY, lambda: rules, models)


async def test_the_desk_dispatches_with_one_word_where_the_route_is_clear(
    api: httpx.AsyncClient, life: Life
) -> None:
    clear = await waiting(life, title="夜里施工", category="0501")
    unclear = await waiting(life, title="线索", category="1502")
    asked = {"what": "dispatch"}
    listed = (await api.get("/api/review-desk", params=asked, headers=REVIEWER)).json()
    by_number = {one["number"]: one["route"] for one in listed["items"]}
    assert by_number[clear]["lead"] == "GAJ"
    assert (by_number[unclear]["lead"], bool(by_number[unclear]["review"])) == (None, True)
    shown = (await api.get(f"/api/review-desk/{clear}/route", headers=REVIEWER)).json()
    assert shown == by_number[clear]
    word = {"duplicates_checked": True, "secrecy": "normal"}
    sent = await api.post(f"/api/review-desk/{clear}/dispatch", json=word, headers=REVIEWER)
    assert (sent.json()["state"], sent.json()["lead"]) == ("DISPATCHED", "GAJ")
    refused = await api.post(f"/api/review-desk/{unclear}/dispatch", json=word, headers=REVIEWER)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:hotline:no-clear-route")
    assert (await api.get("/api/review-desk", headers=OTHER)).status_code == 400


async def test_a_routes_own_limit_holds_and_urgency_still_tightens_it(life: Life) -> None:
    longer = RouteRule("0206", handle=Span(9, Unit.WORKDAYS))
    routes = replace(CITY.routes, rules=[*CITY.routes.rules, longer])
    life.city = replace(CITY, routes=routes)
    for urgency, lead, limit in (
        ("normal", "CGJ", "9 wd"), ("normal", "GAJ", "5 wd"), ("expedited", "CGJ", "3 wd"),
    ):  # fmt: skip
        number = await waiting(life, title="路灯", category="0206", urgency=urgency)
        facts = Facts(lead=lead, duplicates_checked=True, secrecy=Secrecy.NORMAL)
        picture = await life.act(number, Act.DISPATCH, facts=facts)
        clock = picture.clock(ClockKind.HANDLE)
        assert clock is not None
        assert clock.limit == limit, (urgency, lead)


async def test_what_units_ask_for_is_on_the_desk(api: httpx.AsyncClient, life: Life) -> None:
    number = await life.in_state(TicketState.EXT_REQ)
    listed = (await api.get("/api/review-desk", headers=REVIEWER)).json()["items"]
    assert [(one["number"], one["waits_for"]) for one in listed] == [(number, "extension")]


async def test_as_shipped_no_rule_sends_anything(life: Life) -> None:
    await waiting(life, title="路灯", category="0206")
    rules = load_dispatch_rules(CHECKOUT / "config" / "dispatch.toml")
    assert await rule(life, rules).run(MORNING) == []


async def test_a_rule_sends_what_is_clear_and_leaves_the_rest_to_the_desk(life: Life) -> None:
    clear = await waiting(life, title="路灯不亮", category="0206", address="柳园路")
    left = [
        await waiting(life, title="违纪线索", category="1502"),
        await waiting(life, title="没有分类的事", category=None),
        await ticket(life, title="占道经营，还没有提交", category="0301"),
    ]
    assert await rule(life, ON).run(MORNING) == [clear]
    sent = await life.look(clear)
    assert sent.ticket.state is TicketState.DISPATCHED
    assert {(await life.look(number)).ticket.state for number in left} == {
        TicketState.TRIAGE, TicketState.NEW,
    }  # fmt: skip
    assert await rule(life, ON).run(MORNING) == []


async def test_what_may_be_a_duplicate_waits_for_a_person(life: Life) -> None:
    for _ in range(2):
        await waiting(life, title="月亮湾停水", details="金柱月亮湾停水", category="0201")
    assert await rule(life, ON).run(MORNING) == []


async def test_a_learnt_category_counts_only_when_that_is_switched_on_and_sure(
    life: Life, tmp_path: Path
) -> None:
    save(train(written(400), MORNING), tmp_path)
    number = await waiting(life, title="停水", details="来电人反映小区停水", category=None)
    assert await rule(life, ON, tmp_path).run(MORNING) == []
    unsure = DispatchRules(automatic=True, learnt_categories=True, confidence=1.0)
    assert await rule(life, unsure, tmp_path).run(MORNING) == []
    sure = DispatchRules(automatic=True, learnt_categories=True, confidence=0.5)
    assert await rule(life, sure, tmp_path).run(MORNING) == [number]
    assert (await life.look(number)).matter.category == "0201"


@pytest.mark.parametrize(
    "line", ["confidence = 2", "confidence = true", 'automatic = "yes"', "x=1"]
)
def test_wrong_rules_are_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "dispatch.toml").write_text(f"[dispatch]\n{line}\n")
    with pytest.raises(ConfigError):
        load_dispatch_rules(tmp_path / "dispatch.toml")
