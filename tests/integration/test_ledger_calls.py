"""From files to rows: calls, tickets, jobs, positions, all of one transaction and in any order."""

import asyncio
from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.clock import utc_now
from core.settings import Settings
from queues.ledger import repository
from queues.ledger.book import GRACE
from queues.ledger.events import reread
from queues.ledger.facts import CallFacts
from queues.ledger.fold import fold
from queues.ledger.ledger import Ledger
from queues.ledger.remaking import Days, remake
from queues.ledger.story import Story
from queues.models import Call, LedgerPosition, Stream, SwitchEvent, SwitchFile
from tests.switch_files import SwitchFiles
from tests.switch_lines import NOON, ACall, answered_call, restart_line
from tickets.models import Ticket
from tickets.outcomes import Outcome
from tickets.states import TicketState

pytestmark = pytest.mark.integration

Sessions = async_sessionmaker[AsyncSession]


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(home=tmp_path, database_url=database_url)


@pytest.fixture
def files(settings: Settings) -> SwitchFiles:
    return SwitchFiles(settings)


@pytest.fixture
def ledger(settings: Settings, sessions: Sessions) -> Ledger:
    return Ledger.of(settings, sessions, quiet=0)


async def read_all(ledger: Ledger) -> None:
    """Step until nothing is left to read, and once more for those who are due."""
    while await ledger.step():
        pass
    await ledger.step()


async def the_call(sessions: Sessions, uid: str) -> Call:
    async with sessions() as session:
        return (await session.scalars(select(Call).where(Call.uid == uid))).one()


async def the_ticket(sessions: Sessions, uid: str) -> Ticket:
    async with sessions() as session:
        return (await session.scalars(select(Ticket).where(Ticket.call_uid == uid))).one()


async def count(sessions: Sessions, what: type[Call | SwitchEvent | Ticket]) -> int:
    async with sessions() as session:
        return (await session.execute(select(func.count()).select_from(what))).scalar_one()


async def jobs(sessions: Sessions) -> list[str]:
    async with sessions() as session:
        rows = await session.scalars(
            text("SELECT task_name || ' ' || (args->>'uid') FROM procrastinate_jobs ORDER BY id")
        )
        return list(rows)


async def test_a_call_has_its_ticket_while_it_lasts_and_its_class_when_it_ends(
    ledger: Ledger, files: SwitchFiles, sessions: Sessions
) -> None:
    call = ACall().arrives().in_menu().queues()
    files.tell(call)
    await read_all(ledger)
    assert (await the_call(sessions, call.uid)).outcome is None
    assert (await the_ticket(sessions, call.uid)).state is TicketState.NEW
    files.tell(call.rings().connects().wait(60).agent_hangs_up().is_hung_up())
    await read_all(ledger)
    row, ticket = await the_call(sessions, call.uid), await the_ticket(sessions, call.uid)
    assert (row.outcome, row.agent, row.line) == (Outcome.ANSWERED, "8013", "12345")
    assert row.settled_at is not None
    assert (ticket.outcome, ticket.first_agent) == (Outcome.ANSWERED, "8013")
    assert ticket.query_code == "048213"
    assert await jobs(sessions) == [f"recordings.finish {call.uid}"]


async def test_who_waited_in_vain_asks_for_the_empty_file_to_be_removed(
    ledger: Ledger, files: SwitchFiles, sessions: Sessions
) -> None:
    waited = ACall().arrives().queues().wait(30).abandons()
    files.tell(waited)
    await read_all(ledger)
    assert await jobs(sessions) == [f"recordings.finish {waited.uid}"]


async def test_a_call_for_which_no_file_was_opened_asks_for_nothing(
    ledger: Ledger, files: SwitchFiles, sessions: Sessions
) -> None:
    files.tell(ACall().arrives().in_menu().hangs_up())
    await read_all(ledger)
    assert await jobs(sessions) == []
    assert await count(sessions, Ticket) == 1


@pytest.mark.parametrize("order", list(permutations(Stream)))
async def test_the_order_in_which_files_arrive_does_not_matter(
    ledger: Ledger, files: SwitchFiles, sessions: Sessions, order: tuple[Stream, ...]
) -> None:
    call = answered_call()
    for stream in order:
        files.write(stream, b"".join(call.of(stream)))
        await ledger.step()
    await read_all(ledger)
    row = await the_call(sessions, call.uid)
    assert (row.outcome, row.agent, row.rating) == (Outcome.ANSWERED, "8013", 5)
    assert row.wait_seconds == pytest.approx(5, abs=0.01)
    assert await count(sessions, Ticket) == 1
    assert len(await jobs(sessions)) == 1


async def test_news_after_the_end_is_counted_and_moves_the_ticket(
    ledger: Ledger, files: SwitchFiles, sessions: Sessions
) -> None:
    call = ACall().arrives().in_menu()
    files.tell(call.is_hung_up())
    await read_all(ledger)
    assert (await the_ticket(sessions, call.uid)).outcome is Outcome.IVR_HANGUP
    files.tell(call.journal("callback", number="13800000000"))
    await read_all(ledger)
    row = await the_call(sessions, call.uid)
    assert (row.outcome, row.late_changes) == (Outcome.CALLBACK_TAKEN, 1)
    assert (await the_ticket(sessions, call.uid)).outcome is Outcome.CALLBACK_TAKEN


async def test_stragglers_that_change_nothing_are_no_late_changes(
    ledger: Ledger, files: SwitchFiles, sessions: Sessions
) -> None:
    call = answered_call()
    _, stream, straggler = call.lines.pop()
    files.tell(call)
    await read_all(ledger)
    files.write(stream, straggler)
    await read_all(ledger)
    assert (await the_call(sessions, call.uid)).late_changes == 0


async def test_a_call_that_just_ended_waits_a_moment_for_its_last_lines(
    ledger: Ledger, files: SwitchFiles, sessions: Sessions
) -> None:
    call = ACall(began=utc_now().timestamp()).arrives().queues()
    files.tell(call.cel("APP_END", app="Queue").hangs_up())
    while await ledger.step():
        pass
    row = await the_call(sessions, call.uid)
    assert (row.outcome, row.settled_at) == (Outcome.ABANDONED_SHORT, None)
    files.tell(call.queue_log("EXITWITHTIMEOUT", 1, 1, 600))
    deadline = asyncio.get_running_loop().time() + GRACE + 2
    while row.settled_at is None and asyncio.get_running_loop().time() < deadline:
        await ledger.step()
        row = await the_call(sessions, call.uid)
    assert (row.outcome, row.late_changes) == (Outcome.TIMED_OUT, 0)
    assert (await the_ticket(sessions, call.uid)).outcome is Outcome.TIMED_OUT


async def test_a_restart_of_the_switch_closes_whoever_was_in_it(
    ledger: Ledger, files: SwitchFiles, sessions: Sessions
) -> None:
    waiting = ACall(1).arrives().queues()
    talking = ACall(2, began=NOON + 1).arrives().queues().rings().connects()
    ended = ACall(3, began=NOON + 2).arrives().queues().wait(9).abandons()
    files.tell(waiting, talking, ended)
    await read_all(ledger)
    files.write(Stream.QUEUE_LOG, restart_line(NOON + 500))
    fresh = ACall(0, began=NOON + 501).arrives()
    files.tell(fresh)
    await read_all(ledger)
    outcomes = {
        name: (await the_call(sessions, call.uid)).outcome
        for name, call in (("w", waiting), ("t", talking), ("e", ended), ("f", fresh))
    }
    assert outcomes == {
        "w": Outcome.TECHNICAL_FAILURE,
        "t": Outcome.ANSWERED,
        "e": Outcome.ABANDONED,
        "f": None,
    }
    assert (await the_ticket(sessions, waiting.uid)).outcome is Outcome.TECHNICAL_FAILURE


async def test_a_restart_read_before_the_calls_it_ended_ends_them_all_the_same(
    ledger: Ledger, files: SwitchFiles, sessions: Sessions
) -> None:
    files.write(Stream.QUEUE_LOG, restart_line(NOON + 500))
    await read_all(ledger)
    waiting = ACall(5).arrives().queues()
    files.tell(waiting)
    await read_all(ledger)
    assert (await the_call(sessions, waiting.uid)).orphaned


async def test_a_restart_read_in_an_earlier_life_of_the_ledger_is_remembered(
    settings: Settings, files: SwitchFiles, sessions: Sessions
) -> None:
    files.write(Stream.QUEUE_LOG, restart_line(NOON + 500))
    await read_all(Ledger.of(settings, sessions, quiet=0))
    waiting = ACall(5).arrives().queues()
    files.tell(waiting)
    await read_all(Ledger.of(settings, sessions, quiet=0))
    assert (await the_call(sessions, waiting.uid)).orphaned


async def test_a_call_whose_end_was_lost_is_closed_when_the_switch_has_long_gone_on(
    settings: Settings, files: SwitchFiles, sessions: Sessions
) -> None:
    lost, lively = ACall(1).arrives().in_menu().queues(), ACall(2, NOON + 1).arrives().queues()
    files.tell(lost, lively)
    await read_all(Ledger.of(settings, sessions, quiet=0))
    files.tell(lively.wait(12 * 3600 - 60).rings(), ACall(3, NOON + 13 * 3600).arrives())
    ledger = Ledger.of(settings, sessions, quiet=0)
    await read_all(ledger)
    ledger._beat = 0.0  # silence is looked for with every sign of life
    await read_all(ledger)
    row = await the_call(sessions, lost.uid)
    assert (row.outcome, row.orphaned) == (Outcome.TECHNICAL_FAILURE, True)
    assert row.settled_at is not None
    assert (await the_ticket(sessions, lost.uid)).outcome is Outcome.TECHNICAL_FAILURE
    assert (await the_call(sessions, lively.uid)).ended_at is None
    async with sessions() as session:
        made = [one async for page in remake(session, ledger.book.rules, Days()) for one in page]
    assert {one.uid: one.differing() for one in made if one.differing()} == {}


async def test_rotating_the_log_is_no_restart(
    ledger: Ledger, files: SwitchFiles, sessions: Sessions
) -> None:
    call = ACall().arrives().queues()
    files.tell(call)
    files.rotate(Stream.QUEUE_LOG, 0)
    files.write(Stream.QUEUE_LOG, f"{int(NOON + 9)}|NONE|NONE|NONE|CONFIGRELOAD|\n".encode())
    await read_all(ledger)
    assert (await the_call(sessions, call.uid)).ended_at is None
    files.tell(call.rings().connects().wait(1).agent_hangs_up().is_hung_up())
    await read_all(ledger)
    assert (await the_call(sessions, call.uid)).outcome is Outcome.ANSWERED


async def test_an_ended_call_that_was_not_handed_on_is_handed_on_by_the_next_ledger(
    settings: Settings, files: SwitchFiles, sessions: Sessions
) -> None:
    call = ACall(began=utc_now().timestamp() - 9).arrives().queues().wait(9).abandons()
    files.tell(call)
    # It ended this very moment: its last lines may still come.
    await Ledger.of(settings, sessions, quiet=0).step()
    assert (await the_call(sessions, call.uid)).settled_at is None
    following = Ledger.of(settings, sessions, quiet=0)
    while await following.step() or following.book.waiting:
        pass
    assert (await the_call(sessions, call.uid)).settled_at is not None
    assert (await the_ticket(sessions, call.uid)).outcome is Outcome.ABANDONED


async def test_agents_who_sign_in_are_kept_as_lines_and_are_no_calls(
    ledger: Ledger, files: SwitchFiles, sessions: Sessions
) -> None:
    seat = ACall(context="from-agent").cel("CHAN_START", context="from-agent", exten="*11")
    files.tell(seat.is_hung_up())
    files.write(Stream.QUEUE_LOG, f"{int(NOON)}|CLI|GEN|8013|ADDMEMBER|\n".encode())
    await read_all(ledger)
    assert await count(sessions, SwitchEvent) == 5
    assert await count(sessions, Call) == 0
    assert ledger.book.entries == {}


async def test_a_number_that_is_not_ours_leaves_lines_and_neither_call_nor_ticket(
    ledger: Ledger, files: SwitchFiles, sessions: Sessions
) -> None:
    wrong = ACall().rings_at("999")
    files.tell(wrong)
    await read_all(ledger)
    files.tell(wrong.mark("HL-REFUSED", "999").is_hung_up())
    await read_all(ledger)
    assert await count(sessions, SwitchEvent) == 5
    assert await count(sessions, Call) == await count(sessions, Ticket) == 0
    assert ledger.book.entries == {}


async def test_lines_that_make_no_sense_are_kept_and_stop_nothing(
    ledger: Ledger, files: SwitchFiles, sessions: Sessions
) -> None:
    noise = [b"\xff\xfe\x00\n", b"null\n", b'{"at": 1e999, "call": "\\ud800"}\n', b"\n", b"|||||\n"]
    for stream in Stream:
        files.write(stream, b"".join(noise))
    call = answered_call()
    files.tell(call)
    await read_all(ledger)
    assert (await the_call(sessions, call.uid)).outcome is Outcome.ANSWERED
    async with sessions() as session:
        kept = await session.scalars(select(SwitchEvent.line).where(SwitchEvent.kind == "?"))
        # The channel events take the noise before their first row as one.
        assert len(list(kept)) == 2 * len(noise) + 1


@pytest.mark.parametrize(
    "caller",
    ["+8613800000000", "anonymous", "", "0635-12345/6", '"; DROP TABLE call; --', "9" * 200,
     "a\nb", "张三\0"],
)  # fmt: skip
async def test_no_caller_number_costs_a_call_its_row_and_ticket(
    ledger: Ledger, files: SwitchFiles, sessions: Sessions, caller: str
) -> None:
    call = ACall(caller=caller).arrives().in_menu().wait(1).hangs_up()
    files.tell(call)
    await read_all(ledger)
    row = await the_call(sessions, call.uid)
    assert (row.caller, row.outcome) == (caller.replace("\0", "␀"), Outcome.IVR_HANGUP)
    assert await count(sessions, Ticket) == 1


async def test_position_and_heartbeat_tell_how_far_we_are(
    ledger: Ledger, files: SwitchFiles, sessions: Sessions
) -> None:
    call = answered_call()
    size = sum(len(line) for line in call.of(Stream.CEL))
    files.tell(call)
    await read_all(ledger)
    async with sessions() as session:
        positions = {p.stream: p for p in await session.scalars(select(LedgerPosition))}
        read = {f.id: f for f in await session.scalars(select(SwitchFile))}
    assert set(positions) == set(Stream)
    cel = positions[Stream.CEL]
    assert (cel.pos, cel.unread_bytes, read[cel.file_id].finished_at) == (size, 0, None)
    assert cel.read_up_to is not None


async def test_every_row_can_be_made_again_from_the_stored_lines(
    ledger: Ledger, files: SwitchFiles, sessions: Sessions
) -> None:
    crowd = [answered_call(1), ACall(2, NOON + 1).arrives().in_menu().queues().wait(9).abandons(9)]
    crowd += [ACall(3, NOON + 2).arrives().in_menu(keys="3").dials_partner().joins("12348")]
    files.tell(*crowd)
    files.write(Stream.QUEUE_LOG, restart_line(NOON + 900))
    await read_all(ledger)
    async with sessions() as session:
        rows = {call.uid: call for call in await session.scalars(select(Call))}
        stories = {uid: Story(uid, "node1") for uid in rows}
        for uid, stream, line in await repository.events_of(session, list(rows)):
            event = reread(stream, line)
            assert event is not None
            stories[uid].take(event)
    for uid, story in stories.items():
        facts = fold(story, ledger.book.rules, ledger.book.restarts)
        assert facts is not None
        made = {name: getattr(facts, name) for name in CallFacts.__slots__ if name != "has_audio"}
        assert made == {name: getattr(rows[uid], name) for name in made}


async def test_a_file_that_vanished_is_written_down_as_a_gap(
    ledger: Ledger, files: SwitchFiles, sessions: Sessions
) -> None:
    files.tell(answered_call(1))
    await read_all(ledger)
    files.paths[Stream.CEL].unlink()
    later = answered_call(2, began=NOON + 1000)
    files.tell(later)
    for _ in range(3):
        await read_all(ledger)
    assert (await the_call(sessions, later.uid)).outcome is Outcome.ANSWERED
    async with sessions() as session:
        assert list(await session.scalars(select(SwitchFile.lost).where(SwitchFile.lost > ""))) == [
            "gone"
        ]
