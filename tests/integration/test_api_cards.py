"""Cards over HTTP: a unit sees and answers its own, the citizen urges, nothing is done twice."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api.app import make_app
from core.clock import utc_now
from core.secrets import ensure_secrets
from core.settings import Settings
from tests.integration.ticket_life import LEAD, OTHER, Life
from tickets.acts import Act
from tickets.cards.timer import watch
from tickets.life.repeats import forget
from tickets.states import TicketState

pytestmark = pytest.mark.integration

REVIEWER = {"Hotline-Actor": "review-1", "Hotline-Role": "reviewer"}
UNIT = {"Hotline-Actor": "zhang", "Hotline-Role": "unit", "Hotline-Unit": LEAD}
STRANGER = {"Hotline-Actor": "li", "Hotline-Role": "unit", "Hotline-Unit": OTHER}
AGENT = {"Hotline-Actor": "8013", "Hotline-Role": "agent"}
LEADER = {"Hotline-Actor": "leader-1", "Hotline-Role": "leader"}


@pytest.fixture
async def api(database_url: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(home=tmp_path, database_url=database_url, redis_url="unix:///nowhere")
    ensure_secrets(settings.secrets_file)
    app = make_app(settings)
    door = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=door, base_url="http://127.0.0.1/api") as client,
    ):
        client.headers["Authorization"] = f"Bearer {settings.secrets.api}"
        yield client


@pytest.fixture
def life(sessions: async_sessionmaker[AsyncSession]) -> Life:
    return Life(sessions, now=utc_now() - timedelta(days=45))


async def late(life: Life) -> str:
    """A ticket whose unit has had no card for long, and now has the hardest."""
    number = await life.in_state(TicketState.SIGNED)
    await life.contact(number)
    life.now = utc_now()
    await watch(life.sessions, life.city, life.now)
    return number


async def story(api: httpx.AsyncClient, number: str) -> list[str]:
    events = (await api.get(f"/tickets/{number}")).json()["events"]
    return [event["reason"] for event in events]


async def test_a_letter_goes_to_the_unit_which_acknowledges_and_answers_it(
    api: httpx.AsyncClient, life: Life
) -> None:
    number = await late(life)
    [card] = (await api.get("/cards", headers=UNIT)).json()["items"]
    assert (card["number"], card["kind"], card["state"]) == (number, "censure", "issued")
    place = f"/tickets/{number}/cards/{card['id']}"
    refused = await api.post(f"{place}/serve", headers=STRANGER)
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:hotline:not-their-card")
    served = await api.post(f"{place}/serve", headers=UNIT)
    assert served.json()["served_by"] == f"zhang ({LEAD})"
    again = await api.post(f"{place}/serve", headers=UNIT)
    assert (again.status_code, again.json()["type"]) == (409, "urn:hotline:illegal-card-move")
    assert (await api.get("/notices", headers=UNIT)).json()["items"] == []
    done = await api.post(f"{place}/answer", json={"reply": "已约谈责任人"}, headers=UNIT)
    assert (done.json()["state"], done.json()["answer"]) == ("answered", "已约谈责任人")
    shown = (await api.get(f"/tickets/{number}/cards", headers=UNIT)).json()
    assert [one["state"] for one in shown] == ["answered"]
    assert (await story(api, number))[-2:] == [
        "acknowledged the censure card",
        f"{card['letter_no']} was answered",
    ]


async def test_what_is_due_comes_with_the_most_pressing_first(
    api: httpx.AsyncClient, life: Life
) -> None:
    life.now = utc_now()
    numbers = [await life.in_state(TicketState.DISPATCHED) for _ in range(2)]
    due = (await api.get("/due", headers=UNIT)).json()
    assert [one["due_at"] for one in due] == sorted(one["due_at"] for one in due)
    assert {one["number"] for one in due} == set(numbers)
    assert {one["what"] for one in due} == {"sign", "first-contact", "handle"}
    assert not any(one["late"] for one in due)
    assert (await api.get("/due", headers=REVIEWER, params={"unit": LEAD})).json() == due
    assert (await api.get("/due", headers=STRANGER)).json() == []
    for params, headers in (({"unit": LEAD}, STRANGER), ({}, REVIEWER)):
        refused = await api.get("/due", headers=headers, params=params)
        assert refused.status_code == 400


async def test_a_helping_units_task_is_due_too(api: httpx.AsyncClient, life: Life) -> None:
    life.now = utc_now()
    number = await life.in_state(TicketState.JOINT)
    helper = {"Hotline-Actor": "w", "Hotline-Role": "unit", "Hotline-Unit": "CGJ"}
    [due] = (await api.get("/due", headers=helper)).json()
    assert (due["number"], due["what"]) == (number, "co task")


async def test_a_citizen_who_urges_is_heard_by_the_clerk_and_then_by_the_head(
    api: httpx.AsyncClient, life: Life
) -> None:
    number = await life.in_state(TicketState.SIGNED)
    for words in ("还没人来", "三天了"):
        done = await api.post(f"/tickets/{number}/urge", json={"words": words}, headers=AGENT)
        assert done.status_code == 200, done.text
    assert done.json()["urges"] == 2
    notices = (await api.get("/notices", headers=UNIT)).json()["items"]
    assert [one["addressee"] for one in notices] == ["head", "clerk", "clerk"]
    assert notices[-1]["text"] == f"催办（第1次），{number}"
    assert (await story(api, number))[-1] == "urged: 三天了"
    await api.post(f"/notices/{notices[0]['id']}/read", headers=UNIT)
    assert len((await api.get("/notices", headers=UNIT)).json()["items"]) == 2
    by_unit = await api.post(f"/tickets/{number}/urge", json={"words": "x"}, headers=UNIT)
    assert by_unit.status_code == 400


async def test_an_ended_ticket_cannot_be_urged(api: httpx.AsyncClient, life: Life) -> None:
    number = await life.in_state(TicketState.WITHDRAWN)
    refused = await api.post(f"/tickets/{number}/urge", json={"words": "x"}, headers=AGENT)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:hotline:ticket-ended")


async def test_a_leaders_note_is_a_letter_with_a_number_and_a_limit(
    api: httpx.AsyncClient, life: Life
) -> None:
    number = await life.in_state(TicketState.SIGNED)
    done = await api.post(
        f"/tickets/{number}/acts/supervise",
        json={"cause": "leaders-note", "reason": "请住建局三日内报告"},
        headers=LEADER,
    )
    assert done.json()["supervision"] == 1
    [card] = (await api.get("/cards", headers=LEADER, params={"unit": LEAD})).json()["items"]
    assert (card["kind"], card["cause"], card["level"]) == ("letter", "leaders-note", 1)
    assert datetime.fromisoformat(card["reply_due_at"]) > utc_now()


async def test_a_change_sent_again_with_its_key_is_made_once(
    api: httpx.AsyncClient, life: Life
) -> None:
    number = await life.in_state(TicketState.SIGNED)

    async def urge(words: str = "还没人来") -> httpx.Response:
        headers = AGENT | {"Idempotency-Key": "urge-1"}
        return await api.post(f"/tickets/{number}/urge", json={"words": words}, headers=headers)

    answers = await asyncio.gather(*(urge() for _ in range(4)))
    assert [one.status_code for one in answers] == [200] * 4
    assert (await life.look(number)).matter.urges == 1
    other = await urge("别的话")
    assert other.json()["type"] == "urn:hotline:idempotency-key-used-otherwise"
    async with life.sessions.begin() as session:
        await forget(session, utc_now() + timedelta(days=8))
    assert (await urge("别的话")).json()["urges"] == 2


async def test_a_move_sent_again_with_its_key_is_answered_as_the_first_time(
    api: httpx.AsyncClient, life: Life
) -> None:
    number = await life.in_state(TicketState.DISPATCHED)
    version = (await life.look(number)).matter.version
    headers: dict[str, Any] = UNIT | {"Idempotency-Key": "k", "If-Match": f'"{version}"'}
    first, again = [
        await api.post(f"/tickets/{number}/acts/sign", headers=headers) for _ in range(2)
    ]
    assert first.json() == again.json()
    assert (first.status_code, again.status_code) == (200, 200)
    without_key = await api.post(f"/tickets/{number}/acts/sign", headers=UNIT)
    assert without_key.status_code == 409


async def test_who_wrote_into_a_ticket_stays_on_record(
    api: httpx.AsyncClient, life: Life, sessions: async_sessionmaker[AsyncSession]
) -> None:
    number = await life.ticket()
    for title in ("路灯", "路灯不亮了"):
        await api.patch(f"/tickets/{number}/matter", json={"title": title}, headers=AGENT)
    await api.post(f"/tickets/{number}/acts/submit", headers=AGENT)
    await api.patch(f"/tickets/{number}/matter", json={"area": "371503"}, headers=REVIEWER)
    async with sessions() as session:
        lines = await session.execute(
            text("SELECT actor, reason FROM ticket_event WHERE reason LIKE 'wrote%' ORDER BY id")
        )
        last = await session.scalar(text("SELECT changed_by FROM matter"))
    assert lines.all() == [("review-1 (reviewer)", "wrote area")]
    assert last == "review-1 (reviewer)"


async def test_a_follower_is_replied_to_and_a_task_passed_down_over_http(
    api: httpx.AsyncClient, life: Life
) -> None:
    life.now = utc_now()
    main, number = [await life.in_state(TicketState.SIGNED) for _ in range(2)]
    merge = {"main": main, "reason": "同一事项"}
    await api.post(f"/tickets/{number}/acts/merge", json=merge, headers=REVIEWER)
    for act in (Act.FEED_BACK, Act.REPLY):
        await life.act(main, act)
    body = {"delivered_by": "短信"}
    place = f"/tickets/{main}/followers"
    refused = await api.post(f"{place}/{number}/reply", json=body, headers=UNIT)
    assert refused.status_code == 400
    done = await api.post(f"{place}/{number}/reply", json=body, headers=REVIEWER)
    assert done.status_code == 200, done.text
    [follower] = (await api.get(place, headers=REVIEWER)).json()
    assert (follower["number"], follower["delivered_by"]) == (number, "短信")
    other = await life.in_state(TicketState.SIGNED)
    for handle, unit, problem in (("2 wd", OTHER, "not-a-unit-below"), ("soon", OTHER, "refused")):
        wish = {"unit": unit, "handle": handle}
        down = await api.post(f"/tickets/{other}/pass-down", json=wish, headers=UNIT)
        assert down.json()["type"] == f"urn:hotline:{problem}"


async def test_a_request_whose_database_dies_says_so_and_changes_nothing(
    api: httpx.AsyncClient, life: Life
) -> None:
    number = await life.in_state(TicketState.DISPATCHED)
    async with life.sessions() as blocking, blocking.begin():
        await blocking.execute(text("LOCK TABLE ticket_event IN ACCESS EXCLUSIVE MODE"))
        sent = asyncio.create_task(api.post(f"/tickets/{number}/acts/sign", headers=UNIT))
        killed = 0
        while not killed:
            await asyncio.sleep(0.02)
            killed = await blocking.scalar(
                text(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_locks"
                    " WHERE NOT granted AND relation = 'ticket_event'::regclass"
                )
            )
    answer = await sent
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:hotline:database-away")
    assert (await life.look(number)).ticket.state is TicketState.DISPATCHED
    assert (await api.post(f"/tickets/{number}/acts/sign", headers=UNIT)).status_code == 200
