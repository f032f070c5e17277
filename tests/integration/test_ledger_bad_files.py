"""Files that were torn, cut, doubled, mixed, or written by a clock that was set: the sums hold."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.settings import Settings
from queues.ledger.ledger import Ledger
from queues.models import Call, Stream, SwitchEvent
from reports.miscounts import miscounted
from reports.recount import recount
from tests.integration.test_ledger_exactly_once import a_crowd, expected, settled
from tests.switch_files import SwitchFiles
from tests.switch_lines import NOON, ACall, answered_call
from tickets.models import Ticket
from tickets.outcomes import Outcome

pytestmark = pytest.mark.integration

Sessions = async_sessionmaker[AsyncSession]


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(home=tmp_path, database_url=database_url)


@pytest.fixture
def files(settings: Settings) -> SwitchFiles:
    return SwitchFiles(settings)


async def read_all(settings: Settings, sessions: Sessions) -> None:
    """Let a new ledger read to the end and hand everything on."""
    ledger = Ledger.of(settings, sessions, quiet=0)
    while await ledger.step() or ledger.behind or ledger.book.waiting:
        pass


async def assert_sums(sessions: Sessions, arrivals: int) -> None:
    """Every arrival is one call with one ticket and one class, and is counted once."""
    await recount(sessions)
    async with sessions() as session:
        calls = await session.scalar(select(func.count()).select_from(Call))
        tickets = await session.scalar(select(func.count()).select_from(Ticket))
        assert not await miscounted(session, None, None)
    assert (calls, tickets) == (arrivals, arrivals)
    assert sum((await settled(sessions)).values()) == arrivals


async def test_every_line_written_twice_makes_no_call_of_it_twice(
    settings: Settings, files: SwitchFiles, sessions: Sessions
) -> None:
    crowd = a_crowd(12)
    for call in crowd:
        call.lines = [line for line in call.lines for _ in range(2)]
    files.tell(*crowd)
    await read_all(settings, sessions)
    await assert_sums(sessions, 12)
    assert await settled(sessions) == expected(12)


async def test_a_file_read_before_and_put_back_under_another_name_is_counted_once(
    settings: Settings, files: SwitchFiles, sessions: Sessions
) -> None:
    files.tell(*a_crowd(12))
    await read_all(settings, sessions)
    for stream in Stream:
        old = files.rotate(stream, 0)
        old.with_name(f"{old.name}.restored").write_bytes(old.read_bytes())
    files.tell(*a_crowd(6, first=13))
    await read_all(settings, sessions)
    await assert_sums(sessions, 18)
    assert await settled(sessions) == expected(18)


@pytest.mark.parametrize("stream", [Stream.CEL, Stream.QUEUE_LOG, Stream.JOURNAL])
async def test_a_line_torn_in_the_middle_costs_itself_and_no_other_call(
    settings: Settings, files: SwitchFiles, sessions: Sessions, stream: Stream
) -> None:
    files.tell(*a_crowd(3))
    (victim,) = a_crowd(1, first=4)
    torn = victim.of(stream)[1]
    files.write(stream, torn[: len(torn) // 2])  # a disk that was full for a moment
    files.tell(*a_crowd(6, first=4))
    await read_all(settings, sessions)
    await assert_sums(sessions, 9)


async def test_a_file_cut_short_while_we_read_counts_nobody_twice(
    settings: Settings, files: SwitchFiles, sessions: Sessions
) -> None:
    files.tell(*a_crowd(6))
    await read_all(settings, sessions)
    for path in files.paths.values():
        with path.open("r+b") as file:
            file.truncate(path.stat().st_size // 2)
    ledger = Ledger.of(settings, sessions, quiet=0)
    for _ in range(3):  # a rename may hide a file from one look; a loss is believed at the second
        await ledger.step()
    files.tell(*a_crowd(6, first=7))
    await read_all(settings, sessions)
    await assert_sums(sessions, 12)
    assert await settled(sessions) == expected(12)


async def test_calls_mixed_line_by_line_are_told_apart(
    settings: Settings, files: SwitchFiles, sessions: Sessions
) -> None:
    chance, crowd = random.Random(12345), a_crowd(30)
    lines = {call.uid: list(call.lines) for call in crowd}
    while lines:
        # Each call's own lines in their order; whose turn it is, chance decides.
        uid = chance.choice(sorted(lines))
        _, stream, data = lines[uid].pop(0)
        files.write(stream, data)
        if not lines[uid]:
            del lines[uid]
    await read_all(settings, sessions)
    await assert_sums(sessions, 30)
    assert await settled(sessions) == expected(30)


@pytest.mark.parametrize("step", [-3600.0, 3600.0, -86_400.0])
async def test_a_clock_set_back_or_on_in_mid_call_loses_and_doubles_nobody(
    settings: Settings, files: SwitchFiles, sessions: Sessions, step: float
) -> None:
    def talks_while_the_clock_is_set(number: int) -> ACall:
        call = ACall(number, NOON + number).arrives().in_menu().queues().wait(2).rings()
        call.wait(3).connects().wait(30).wait(step)
        return call.agent_hangs_up(30).is_hung_up()

    told: list[Callable[[int], ACall]] = [
        lambda n: answered_call(n, NOON + n),
        talks_while_the_clock_is_set,
        lambda n: answered_call(n, NOON + n + step + 60),
    ]
    number = 0
    for tell in told:
        for _ in range(5):
            number += 1
            files.tell(tell(number))
    await read_all(settings, sessions)
    await assert_sums(sessions, 15)
    assert await settled(sessions) == {Outcome.ANSWERED: 15}
    async with sessions() as session:
        assert not (
            await session.scalars(select(Call).where(Call.ended_at < Call.started_at))
        ).all()


async def test_no_line_is_lost_however_bad_the_files_are(
    settings: Settings, files: SwitchFiles, sessions: Sessions
) -> None:
    noise = b"\x00\xff|||\n" + "张三|李四\n".encode("gbk") + b'"1,"2\n'
    files.tell(*a_crowd(3))
    for stream in Stream:
        files.write(stream, noise)
    files.tell(*a_crowd(3, first=4))
    await read_all(settings, sessions)
    await assert_sums(sessions, 6)
    async with sessions() as session:
        kept = await session.scalar(
            select(func.count()).select_from(SwitchEvent).where(SwitchEvent.kind == "?")
        )
    assert kept
