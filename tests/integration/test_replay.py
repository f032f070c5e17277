"""A replay of the ledger's own calls: what is read of a day, and the answer over HTTP."""

import json
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api import replays
from api.app import make_app
from core.clock import midnight
from core.secrets import ensure_secrets
from core.settings import CHECKOUT, Settings
from foresight.history import Source
from foresight.replay.reading import NothingToReplay, read_past
from queues.agent_models import AgentLeg
from queues.models import Call, SwitchEvent
from tests.as_program import as_program
from tests.integration.test_answer_rate import a_call, stored
from tickets.outcomes import Outcome

pytestmark = pytest.mark.integration

Sessions = async_sessionmaker[AsyncSession]
DAY = date(2026, 10, 20)
_positions = count(1)


@pytest.fixture
async def api(database_url: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(home=tmp_path, database_url=database_url, redis_url="redis://nowhere")
    ensure_secrets(settings.secrets_file)
    app = make_app(settings)
    async with app.router.lifespan_context(app):
        door = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(
            transport=door, base_url="http://127.0.0.1", timeout=90
        ) as client:
            client.headers.update(as_program(tmp_path))
            yield client


def at(seconds: float) -> datetime:
    return midnight(DAY) + timedelta(hours=10, seconds=seconds)


def talked(seconds: float, agent: str = "8013", flow: str | None = None) -> Call:
    version = "3f2a91c0" if flow else None
    return a_call(
        started_at=at(seconds), agent=agent, talk_seconds=100.0, ring_seconds=3.0,
        flow=flow, flow_version=version,
    )  # fmt: skip


def told(call: Call, seconds: float, kind: str = "step", **fields: object) -> SwitchEvent:
    """One line of the journal about a call."""
    instant = call.started_at + timedelta(seconds=seconds)
    line = {"at": instant.timestamp(), "call": call.uid, "kind": kind, **fields}
    return SwitchEvent(
        call_uid=call.uid, file_id=9, pos=next(_positions), at=instant, kind=kind,
        line=json.dumps(line, ensure_ascii=False),
    )  # fmt: skip


async def test_a_day_is_read_with_keys_patience_and_who_was_there(sessions: Sessions) -> None:
    pressed = talked(0, flow="direct")
    lost = a_call(Outcome.ABANDONED, wait=40.0, started_at=at(30), caller="")
    again = talked(9_000)
    await stored(
        sessions, pressed, lost, again, a_call(None, started_at=at(60)),
        a_call(Outcome.BLOCKED_TRUNK, started_at=at(61), queue_visits=0),
    )  # fmt: skip
    async with sessions.begin() as session:
        session.add_all(
            [
                told(pressed, 0.1, node="human", verb="queue", outcome="handed-over", ms=1),
                told(pressed, 4.1, node="human", verb="queue", outcome="key-2", ms=0, keys="2"),
                told(pressed, 4.2, kind="served", what="progress"),
            ]
        )
    async with sessions() as session:
        day = await read_past(session, DAY)
    first, second, _ = day.calls
    assert (first.flow, first.served) == ("direct@3f2a91c0", True)
    assert [(key.key, round(key.after, 3)) for key in first.keys] == [("2", 4.0)]
    assert (first.talk, first.ring, first.waited, first.known) == (100.0, 3.0, 5.0, True)
    assert (second.gave_up, second.waited, second.known, second.flow) == (True, 40.0, False, None)
    assert day.happened.arrivals == 5
    assert day.source is Source.LEDGER
    # Nothing is told of agents: they were there around what they answered.
    assert [day.roster.at(36_000.0 + s) for s in (-10, 10, 300, 9_010)] == [0, 1, 0, 1]


async def test_a_day_without_calls_is_told_what_to_do_instead(session: AsyncSession) -> None:
    with pytest.raises(NothingToReplay, match="synthetic"):
        await read_past(session, DAY)


async def test_a_draft_is_answered_over_http_beside_what_happened(
    api: httpx.AsyncClient, sessions: Sessions
) -> None:
    day = [talked(n * 20.0, agent=str(8013 + n % 4)) for n in range(100)]
    lost = [a_call(Outcome.ABANDONED, wait=30.0, started_at=at(n * 60.0)) for n in range(30)]
    await stored(sessions, *day, *lost)
    text = (CHECKOUT / "config/flows/direct.yaml").read_text()
    asked = {"flow": "direct", "text": text, "day": str(DAY), "agents": 40, "runs": 1}
    answer = await api.post("/api/replays", json=asked)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["calls"], found["agents"], found["source"]) == (130, 40, "ledger")
    figures = {row["measure"]: row for row in found["rows"]}
    rate = figures["answer_rate_gross"]
    assert rate["happened"] == pytest.approx(100 / 130)
    assert rate["predicted"] > rate["happened"]
    assert rate["error"] == pytest.approx(rate["relived"] - rate["happened"])
    assert found["patience"]["gave_up"] == 30


@pytest.mark.parametrize(
    ("asked", "slug"),
    [
        ({"flow": "direct", "day": "2001-01-01"}, "nothing-to-replay"),
        ({"flow": "no-such-flow"}, "flow-unknown"),
        ({"flow": "draft:77"}, "flow-draft-unknown"),
        ({"flow": "x", "text": "a: &a [*a]"}, "config-error"),
        ({"flow": "../../etc/passwd"}, "malformed-request"),
        ({"flow": "direct", "text": "x" * 300_000}, "malformed-request"),
        ({"flow": "direct", "agents": -1}, "malformed-request"),
        ({"flow": "direct", "runs": 1000}, "malformed-request"),
        ({"flow": "direct", "shell": "rm"}, "malformed-request"),
    ],
)
async def test_a_replay_that_cannot_be_is_told_why(
    api: httpx.AsyncClient, asked: dict[str, object], slug: str
) -> None:
    answer = await api.post("/api/replays", json=asked)
    assert answer.status_code in (400, 404, 409, 422)
    assert answer.json()["type"] == f"urn:hotline:{slug}"


async def test_a_replay_without_end_is_ended(
    api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replays, "LONGEST", 0.05)
    answer = await api.post("/api/replays", json={"flow": "direct"})
    assert answer.json()["type"] == "urn:hotline:replay-too-long"


async def test_one_replay_at_a_time(api: httpx.AsyncClient) -> None:
    async with replays._at_work:
        answer = await api.post("/api/replays", json={"flow": "direct"})
    assert answer.json()["type"] == "urn:hotline:replay-busy"
    assert (await api.get("/api/staffing/table")).status_code == 200


async def test_agents_own_history_says_who_was_there_and_how_long_it_rang(
    sessions: Sessions,
) -> None:
    call = talked(0)
    await stored(sessions, call)
    async with sessions.begin() as session:
        # A first phone was not picked up; the number of the agent was said before they met.
        for number, began in ((1, 0.0), (2, 1.0)):
            session.add(
                AgentLeg(
                    uid=f"{call.uid}.{number}", call_uid=call.uid, node="node1", agent="8013",
                    started_at=at(began), answered_at=at(3.0) if number == 2 else None,
                    ended_at=at(105.0 if number == 2 else 0.9),
                )
            )  # fmt: skip
        session.add(
            told(call, 108.0, node="survey", verb="survey", outcome="rated", ms=3, keys="1")
        )
    async with sessions() as session:
        day = await read_past(session, DAY)
    assert day.calls[0].ring == pytest.approx(4.0)
    # A rating is no key of the wait.
    assert day.calls[0].keys == ()
    assert day.after_call == 0.0
    assert [day.roster.at(36_000.0 + s) for s in (-1, 2, 100, 110)] == [0, 1, 1, 0]
