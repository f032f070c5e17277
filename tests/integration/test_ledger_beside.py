"""Call-backs, agents' lines and their phones' legs can be made again, identically, from lines."""

import asyncio
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from typer.testing import CliRunner

from cli.main import app
from core.settings import Settings, get_settings
from queues.callbacks.uids import Try
from queues.ledger.facts import Rules
from queues.ledger.ledger import Ledger
from queues.ledger.rebuild import Rebuilt, rebuild
from queues.ledger.remaking import Days
from queues.ledger.verify import Findings, verify
from queues.models import Stream
from tests.switch_files import SwitchFiles
from tests.switch_lines import NOON, ACall, answered_call, cel_row, restart_line

pytestmark = pytest.mark.integration

Sessions = async_sessionmaker[AsyncSession]
ALL = Days()
TABLES = ("callback", "agent_event", "agent_leg")


@pytest.fixture
def settings(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settings]:
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path))
    monkeypatch.setenv("HOTLINE_DATABASE_URL", database_url)
    get_settings.cache_clear()
    yield get_settings()
    get_settings.cache_clear()


@pytest.fixture
def files(settings: Settings) -> SwitchFiles:
    return SwitchFiles(settings)


async def read_all(settings: Settings, sessions: Sessions) -> None:
    """Let a ledger that knows nothing but what is stored read on."""
    ledger = Ledger.of(settings, sessions, quiet=0)
    while await ledger.step():
        pass
    await ledger.step()


def agent_words(second: int, kind: str, *data: str, queue: str = "GEN") -> bytes:
    words = [str(int(NOON) + second), "NONE", queue, "8013", kind, *data]
    return "|".join(words).encode() + b"\n"


def callback_lines(call: str) -> list[tuple[Stream, bytes]]:
    """A call-back that was tried five times, more than the ledger looks ahead, and then reached."""

    def noted(second: float, kind: str, uid: str, **fields: object) -> tuple[Stream, bytes]:
        line = {"at": NOON + second, "call": uid, "kind": kind, **fields}
        return Stream.JOURNAL, json.dumps(line).encode() + b"\n"

    def marked(second: float, kind: str, number: int, words: str) -> tuple[Stream, bytes]:
        uid = Try(call, number).uid
        told = json.dumps({"extra": words})
        columns = (uid, uid, "PJSIP/8013-0000000b", "callback-told", "s", "", "", "", "", "", told)
        return Stream.CEL, cel_row(f"{NOON + second:.6f}", kind, *columns)

    lines = [noted(40, "callback", call, number="13800000000", promised=NOON + 3600)]
    for number in range(1, 6):
        second = 40 + number * 20
        lines += [
            noted(second, "callback-placed", Try(call, 0).uid, number=number, since=NOON),
            marked(second + 2, "HL-CALLBACK-TOLD", number, "8013"),
            marked(second + 4, "HL-CALLBACK-RINGS", number, ""),
            marked(second + 8, "HL-CALLBACK-REACHED", number, "")
            if number == 5
            else marked(second + 8, "HL-CALLBACK-DIALLED", number, "BUSY"),
        ]
    return lines


async def a_morning(settings: Settings, files: SwitchFiles, sessions: Sessions) -> str:
    """An agent signs in, serves, takes a break; a call-back is kept; one phone still rings."""
    asked = ACall(3).arrives().in_menu().queues().wait(30).is_hung_up()
    files.write(Stream.QUEUE_LOG, agent_words(0, "ADDMEMBER", ""))
    files.write(Stream.QUEUE_LOG, agent_words(0, "HL-AGENT", "sign-in", "phone", "8013", ""))
    files.tell(answered_call(1), asked, ACall(4).arrives().in_menu().queues().rings("8014"))
    files.write(Stream.QUEUE_LOG, agent_words(90, "PAUSE", "meal"))
    for stream, line in callback_lines(asked.uid):
        files.write(stream, line)
        # As it comes: the row is made again and again.
        await read_all(settings, sessions)
    return asked.uid


async def rows(sessions: Sessions) -> dict[str, list[str]]:
    async with sessions() as session:
        found = {}
        for table in TABLES:
            query = text(f"SELECT to_jsonb(t)::text FROM {table} AS t ORDER BY 1")  # noqa: S608
            found[table] = list(await session.scalars(query))
        return found


async def checked(sessions: Sessions, days: Days = ALL) -> Findings:
    async with sessions() as session:
        return await verify(session, Rules(), days)


async def mended(sessions: Sessions) -> Rebuilt:
    async with sessions() as session:
        return await rebuild(session, Rules(), ALL)


async def spoil(sessions: Sessions, *statements: str) -> None:
    async with sessions.begin() as session:
        for statement in statements:
            await session.execute(text(statement))


async def test_what_is_lost_or_changed_beside_calls_is_named_and_made_again_identically(
    settings: Settings, files: SwitchFiles, sessions: Sessions
) -> None:
    call = await a_morning(settings, files, sessions)
    before = await rows(sessions)
    assert all(before.values())
    found = await checked(sessions)
    assert (found.holds, found.differences) == (True, [])
    assert found.beside == {table: len(before[table]) for table in TABLES}
    await spoil(
        sessions,
        "UPDATE callback SET state = 'expired', tries = 0",
        "DELETE FROM agent_event WHERE change = 'paused'",
        "UPDATE agent_event SET declared = 'offline'",
        "UPDATE agent_leg SET answered_at = NULL, call_uid = 'x' WHERE agent = '8013'",
    )
    wrong = {(d.uid, d.column) for d in (await checked(sessions)).differences}
    assert {(call, "callback.state"), (call, "callback.tries")} <= wrong
    assert {column for _, column in wrong} >= {
        "agent_event.row", "agent_event.declared", "agent_leg.answered_at", "agent_leg.call_uid",
    }  # fmt: skip
    done = await mended(sessions)
    assert (done.written, done.left) == (0, 0)
    assert done.beside >= 4
    assert await rows(sessions) == before
    assert (await checked(sessions)).holds


async def test_all_of_it_is_made_again_from_nothing(
    settings: Settings, files: SwitchFiles, sessions: Sessions
) -> None:
    await a_morning(settings, files, sessions)
    files.write(Stream.QUEUE_LOG, restart_line(NOON + 600))
    await read_all(settings, sessions)
    before = await rows(sessions)
    await spoil(
        sessions, "DELETE FROM callback", "DELETE FROM agent_event", "DELETE FROM agent_leg"
    )
    assert (await checked(sessions)).beside_differing == sum(map(len, before.values()))
    await mended(sessions)
    assert await rows(sessions) == before
    assert (await checked(sessions)).holds


@pytest.mark.parametrize("queue_log_first", [True, False])
async def test_a_restart_ends_a_leg_alike_whichever_file_is_read_first(
    settings: Settings, files: SwitchFiles, sessions: Sessions, queue_log_first: bool
) -> None:
    rings = ACall(4).arrives().in_menu().queues().rings("8014")
    if queue_log_first:
        files.write(Stream.QUEUE_LOG, restart_line(NOON + 600))
        await read_all(settings, sessions)
    files.tell(rings)
    await read_all(settings, sessions)
    if not queue_log_first:
        files.write(Stream.QUEUE_LOG, restart_line(NOON + 600))
        await read_all(settings, sessions)
    async with sessions() as session:
        ended = await session.scalar(text("SELECT extract(epoch FROM ended_at) FROM agent_leg"))
    assert ended == NOON + 600
    assert (await checked(sessions)).holds


async def test_a_leg_that_ends_in_another_call_is_one_leg(
    settings: Settings, files: SwitchFiles, sessions: Sessions
) -> None:
    first, second = ACall(1).arrives().rings(), ACall(2).arrives()
    leg = f"{first.uid}18013"
    for second_at, kind in ((20, "ANSWER"), (60, "HANGUP"), (60, "CHAN_END")):
        columns = (leg, second.uid, "PJSIP/8013-0000000a", "from-agent", "s", *([""] * 6))
        second.lines.append(
            (NOON + second_at, Stream.CEL, cel_row(f"{NOON + second_at:.6f}", kind, *columns))
        )
    files.tell(first, second)
    await read_all(settings, sessions)
    assert (await checked(sessions)).differences == []
    await spoil(sessions, "UPDATE agent_leg SET ended_at = NULL")
    assert [d.column for d in (await checked(sessions)).differences] == ["agent_leg.ended_at"]
    await mended(sessions)
    assert (await checked(sessions)).holds


async def test_only_rows_of_the_days_asked_for_are_compared(
    settings: Settings, files: SwitchFiles, sessions: Sessions
) -> None:
    await a_morning(settings, files, sessions)
    the_day, after = Days(date(2026, 11, 24), date(2026, 11, 25)), Days(date(2026, 11, 25))
    assert set((await checked(sessions, the_day)).beside) == set(TABLES)
    assert not (await checked(sessions, after)).beside


async def test_the_command_says_what_differs_beside_calls_and_fails(
    settings: Settings, files: SwitchFiles, sessions: Sessions
) -> None:
    await a_morning(settings, files, sessions)
    run = CliRunner()
    whole = await asyncio.to_thread(run.invoke, app, ["ledger", "verify"])
    assert whole.exit_code == 0
    assert "1 call-backs, 3 lines about agents" in whole.output
    await spoil(sessions, "UPDATE callback SET number = '13911112222'")
    told = await asyncio.to_thread(run.invoke, app, ["ledger", "verify", "--json"])
    assert told.exit_code == 1
    (only,) = json.loads(told.output)["differences"]
    assert (only["column"], only["derived"]) == ("callback.number", "138****0000")
    assert (await asyncio.to_thread(run.invoke, app, ["ledger", "rebuild", "--yes"])).exit_code == 0
    assert (await checked(sessions)).holds
