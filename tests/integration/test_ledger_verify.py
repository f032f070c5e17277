"""What is stored can be derived again: differences are found and mended from lines alone."""

import asyncio
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from typer.testing import CliRunner

from cli.main import app
from core.clock import utc_now
from core.settings import Settings, get_settings
from queues.ledger.facts import Rules
from queues.ledger.ledger import Ledger
from queues.ledger.rebuild import Rebuilt, rebuild
from queues.ledger.remaking import Days, remake
from queues.ledger.verify import Findings, verify
from queues.models import Call, Stream, SwitchEvent
from tests.switch_files import SwitchFiles
from tests.switch_lines import NOON, ACall, answered_call, restart_line
from tickets import service as tickets
from tickets.models import Ticket
from tickets.outcomes import Outcome
from tickets.service import CallForTicket

pytestmark = pytest.mark.integration

Sessions = async_sessionmaker[AsyncSession]
ALL = Days()
RULES = Rules()


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


@pytest.fixture
async def ledger(settings: Settings, sessions: Sessions) -> Ledger:
    return Ledger.of(settings, sessions, quiet=0)


async def read_all(ledger: Ledger) -> None:
    while await ledger.step():
        pass
    await ledger.step()


async def a_morning(ledger: Ledger, files: SwitchFiles) -> list[ACall]:
    """Store six calls: answered, given up late and at once, hung up in the menu, two running."""
    calls = [
        answered_call(1),
        ACall(2).arrives().in_menu().queues().wait(30).abandons(),
        ACall(3).arrives().in_menu().queues().wait(2).abandons(2),
        ACall(4).arrives().in_menu().hangs_up(),
        ACall(5).arrives().in_menu().queues(),
        ACall(6).arrives().in_menu(),
    ]
    uids = [ACall(call.number) for call in calls]
    files.tell(*calls)
    await read_all(ledger)
    return uids


async def checked(sessions: Sessions, days: Days = ALL, rules: Rules = RULES) -> Findings:
    async with sessions() as session:
        return await verify(session, rules, days)


async def mended(sessions: Sessions, rules: Rules = RULES) -> Rebuilt:
    async with sessions() as session:
        return await rebuild(session, rules, ALL)


async def spoil(sessions: Sessions, statement: str, **values: object) -> None:
    """Change something behind everybody's back, past all triggers."""
    async with sessions.begin() as session:
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        await session.execute(text(statement), values)


async def lines(sessions: Sessions) -> list[tuple[str, int, str]]:
    async with sessions() as session:
        query = select(SwitchEvent.call_uid, SwitchEvent.pos, SwitchEvent.line)
        return sorted((uid, pos, line) for uid, pos, line in await session.execute(query))


async def test_what_the_ledger_stored_is_what_its_lines_say(
    ledger: Ledger, files: SwitchFiles, sessions: Sessions
) -> None:
    await a_morning(ledger, files)
    found = await checked(sessions)
    assert found.holds
    assert found.differences == []
    assert found.stored == found.derived
    assert (found.arrivals, found.rows, found.tickets) == (6, 6, 6)
    assert found.derived == {
        "answered": 1, "abandoned": 1, "abandoned_short": 1, "ivr_hangup": 1, "running": 2,
    }  # fmt: skip


async def test_calls_that_a_restart_orphaned_are_derived_alike(
    ledger: Ledger, files: SwitchFiles, sessions: Sessions
) -> None:
    await a_morning(ledger, files)
    files.write(Stream.QUEUE_LOG, restart_line(NOON + 600))
    await read_all(ledger)
    found = await checked(sessions)
    assert found.holds
    assert found.derived["technical_failure"] == 2


async def test_a_row_changed_by_hand_is_named_column_by_column_and_mended(
    ledger: Ledger, files: SwitchFiles, sessions: Sessions
) -> None:
    answered, *_ = await a_morning(ledger, files)
    before = await lines(sessions)
    await spoil(
        sessions,
        "UPDATE call SET outcome = 'abandoned', agent = '9999' WHERE uid = :uid",
        uid=answered.uid,
    )
    found = await checked(sessions)
    assert not found.holds
    assert found.adds_up  # the sum alone would never tell
    told = {(d.uid, d.column, d.stored, d.derived) for d in found.differences}
    assert told == {
        (answered.uid, "outcome", Outcome.ABANDONED, Outcome.ANSWERED),
        (answered.uid, "agent", "9999", "8013"),
    }
    assert await mended(sessions) == Rebuilt(calls=6, written=1)
    assert (await checked(sessions)).holds
    assert await lines(sessions) == before
    async with sessions() as session:
        row = await session.get_one(Call, answered.uid)
        assert (row.outcome, row.late_changes) == (Outcome.ANSWERED, 1)


async def test_a_lost_row_is_written_again_and_its_ticket_kept(
    ledger: Ledger, files: SwitchFiles, sessions: Sessions
) -> None:
    answered, *_ = await a_morning(ledger, files)
    await spoil(sessions, "DELETE FROM call WHERE uid = :uid", uid=answered.uid)
    found = await checked(sessions)
    assert (found.arrivals, found.rows, found.differing) == (6, 5, 1)
    assert [d.column for d in found.differences] == ["row"]
    assert (await mended(sessions)).written == 1
    assert (await checked(sessions)).holds


async def test_a_lost_ticket_is_opened_again_with_its_calls_outcome(
    ledger: Ledger, files: SwitchFiles, sessions: Sessions
) -> None:
    answered, *_ = await a_morning(ledger, files)
    await spoil(sessions, "DELETE FROM ticket WHERE call_uid = :uid", uid=answered.uid)
    found = await checked(sessions)
    assert [(d.column, d.stored, d.derived) for d in found.differences] == [("tickets", 0, 1)]
    assert (await mended(sessions)).tickets == 1
    assert (await checked(sessions)).holds
    async with sessions() as session:
        ticket = await session.scalar(select(Ticket).where(Ticket.call_uid == answered.uid))
        assert ticket is not None
        assert ticket.outcome is Outcome.ANSWERED


async def test_what_no_line_explains_is_listed_and_left_for_a_person(
    ledger: Ledger, files: SwitchFiles, sessions: Sessions
) -> None:
    answered, *_ = await a_morning(ledger, files)
    await spoil(sessions, "UPDATE call SET uid = 'node1-1.1' WHERE uid = :uid", uid=answered.uid)
    async with sessions.begin() as session:
        await tickets.open_for_calls(session, [CallForTicket("node1-2.1", utc_now(), "12345")])
    told = {(d.uid, d.column) for d in (await checked(sessions)).differences}
    assert told == {(answered.uid, "row"), ("node1-1.1", "row"), ("node1-2.1", "tickets")}
    done = await mended(sessions)
    assert (done.written, done.left) == (1, 2)
    async with sessions() as session:
        assert await session.get(Call, "node1-1.1") is not None


async def test_a_changed_rule_differs_until_calls_are_rebuilt_by_it(
    ledger: Ledger, files: SwitchFiles, sessions: Sessions
) -> None:
    _, _, short, *_ = await a_morning(ledger, files)
    strict = Rules(short_abandon=1.0)
    assert [d.uid for d in (await checked(sessions, rules=strict)).differences] == [short.uid]
    await mended(sessions, strict)
    assert (await checked(sessions, rules=strict)).holds
    async with sessions() as session:
        outcome = await session.scalar(select(Ticket.outcome).where(Ticket.call_uid == short.uid))
        assert outcome is Outcome.ABANDONED


async def test_a_row_that_the_ledger_is_writing_is_left_to_it(
    ledger: Ledger, files: SwitchFiles, sessions: Sessions
) -> None:
    answered, *_ = await a_morning(ledger, files)
    await spoil(sessions, "UPDATE call SET agent = NULL WHERE uid = :uid", uid=answered.uid)
    async with sessions.begin() as writer:
        await writer.execute(update(Call).where(Call.uid == answered.uid).values(keys="1"))
        done = await asyncio.wait_for(mended(sessions), 10)
    assert (done.written, done.left) == (0, 1)


async def test_a_ledger_at_work_is_never_caught_between_a_line_and_its_row(
    ledger: Ledger, files: SwitchFiles, sessions: Sessions
) -> None:
    calls = [answered_call(number, NOON + number) for number in range(60)]
    checks: list[Findings] = []

    async def work() -> None:
        for call in calls:
            # Cut in the middle, so that each call is stored while it runs and again when it ended.
            half = len(call.lines) // 2
            rest, call.lines = call.lines[half:], call.lines[:half]
            files.tell(call)
            await ledger.step()
            call.lines = rest
            files.tell(call)
            await ledger.step()

    working = asyncio.create_task(work())
    while not working.done():
        checks.append(await checked(sessions))
    await working
    assert [found.differences for found in checks if not found.holds] == []
    assert len({found.arrivals for found in checks}) > 1
    assert (await checked(sessions)).arrivals == 60


async def test_a_call_that_the_database_refuses_is_named_and_costs_itself_alone(
    ledger: Ledger, files: SwitchFiles, sessions: Sessions
) -> None:
    refused, mendable, *_ = await a_morning(ledger, files)
    await spoil(sessions, "UPDATE call SET agent = 'x'")
    async with sessions.begin() as session:
        await session.execute(
            text("ALTER TABLE call ADD CONSTRAINT poison CHECK (agent <> '8013') NOT VALID")
        )
    done = await mended(sessions)
    assert (done.written, done.left, list(done.refused)) == (5, 1, [refused.uid])
    assert {d.uid for d in (await checked(sessions)).differences} == {refused.uid}
    assert mendable.uid not in done.refused


async def test_only_the_days_asked_for_are_looked_at(
    ledger: Ledger, files: SwitchFiles, sessions: Sessions
) -> None:
    tomorrow = answered_call(9, NOON + 86_400)
    files.tell(answered_call(1), tomorrow)
    await read_all(ledger)
    day, next_day, after = date(2026, 11, 24), date(2026, 11, 25), date(2026, 11, 26)
    assert (await checked(sessions, Days(day, next_day))).arrivals == 1
    assert (await checked(sessions, Days(until=next_day))).arrivals == 1
    assert (await checked(sessions, Days(since=day))).arrivals == 2
    assert (await checked(sessions, Days(after))).arrivals == 0


async def test_batches_neither_miss_nor_repeat_a_call(
    ledger: Ledger, files: SwitchFiles, sessions: Sessions
) -> None:
    uids = sorted(call.uid for call in await a_morning(ledger, files))
    async with sessions() as session:
        batches = [
            [one.uid for one in batch] async for batch in remake(session, RULES, ALL, batch=4)
        ]
    assert batches == [uids[:4], uids[4:]]


async def test_the_command_lists_differences_without_numbers_and_fails(
    ledger: Ledger, files: SwitchFiles, sessions: Sessions
) -> None:
    answered, *_ = await a_morning(ledger, files)
    run = CliRunner()
    assert (await asyncio.to_thread(run.invoke, app, ["ledger", "verify"])).exit_code == 0
    await spoil(sessions, "UPDATE call SET caller = '' WHERE uid = :uid", uid=answered.uid)
    told = await asyncio.to_thread(run.invoke, app, ["ledger", "verify", "--json"])
    assert told.exit_code == 1
    assert json.loads(told.output)["differences"] == [
        {"uid": answered.uid, "column": "caller", "stored": "", "derived": "138****0000"}
    ]


async def test_the_command_writes_only_after_a_yes(
    ledger: Ledger, files: SwitchFiles, sessions: Sessions
) -> None:
    answered, *_ = await a_morning(ledger, files)
    await spoil(sessions, "UPDATE call SET agent = NULL WHERE uid = :uid", uid=answered.uid)
    words, run = ["ledger", "rebuild"], CliRunner()
    refused = await asyncio.to_thread(run.invoke, app, words, input="n\n")
    assert refused.exit_code == 1
    assert (await checked(sessions)).differing == 1
    assert (await asyncio.to_thread(run.invoke, app, [*words, "--yes"])).exit_code == 0
    assert (await checked(sessions)).holds
    async with sessions() as session:
        assert await session.scalar(select(func.count()).select_from(Call)) == 6
