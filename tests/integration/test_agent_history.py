"""What agents did is folded from the switch's lines, exactly once, into spells without gaps."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.clock import from_epoch
from core.settings import Settings
from queues.agent_history import answered_by, history_of, seconds_of
from queues.agent_models import AgentEvent, AgentLeg, Change
from queues.agent_spells import AgentTime
from queues.agent_states import Declared
from queues.ledger.ledger import Ledger
from queues.models import Stream
from tests.switch_files import SwitchFiles
from tests.switch_lines import NOON, ACall, answered_call, restart_line

pytestmark = pytest.mark.integration

Sessions = async_sessionmaker[AsyncSession]


def at(second: float) -> datetime:
    return from_epoch(NOON + second)


def words(second: int, kind: str, *data: str, queue: str = "GEN", call: str = "NONE") -> bytes:
    return "|".join([str(int(NOON) + second), call, queue, "8013", kind, *data]).encode() + b"\n"


SIGNED_IN = [
    words(0, "ADDMEMBER", "", call="node1-1795500000.1"),
    words(0, "ADDMEMBER", "", queue="ENT", call="node1-1795500000.1"),
    words(0, "UNPAUSE", "sign-in"),
    words(0, "UNPAUSE", "sign-in", queue="ENT"),
    words(0, "HL-AGENT", "sign-in", "phone", "8013", "", queue="NONE"),
]
ON_A_BREAK = [
    words(60, "PAUSE", "meal"),
    words(60, "PAUSE", "meal", queue="ENT"),
    words(60, "HL-AGENT", "break", "supervisor", "li", "meal", queue="NONE"),
]


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(home=tmp_path, database_url=database_url)


@pytest.fixture
def files(settings: Settings) -> SwitchFiles:
    return SwitchFiles(settings)


async def read_all(settings: Settings, sessions: Sessions) -> None:
    """Let a ledger that knows nothing but what is stored read on."""
    ledger = Ledger.of(settings, sessions, quiet=0)
    while await ledger.step():
        pass
    await ledger.step()


async def test_an_act_is_told_once_with_who_did_it_and_the_consoles_as_the_consoles(
    settings: Settings, files: SwitchFiles, sessions: Sessions
) -> None:
    files.write(Stream.QUEUE_LOG, b"".join(SIGNED_IN + ON_A_BREAK))
    await read_all(settings, sessions)
    for queue in ("GEN", "ENT"):
        files.write(Stream.QUEUE_LOG, words(90, "UNPAUSE", "", queue=queue))
    await read_all(settings, sessions)
    async with sessions() as session:
        told = [(c.what, c.cause, c.actor, c.reason, c.declared) for c in
                await history_of(session, "8013", 10)]  # fmt: skip
    assert told == [
        (Change.UNPAUSED, "console", "", "", Declared.AVAILABLE),
        (Change.BREAK, "supervisor", "li", "meal", Declared.BREAK),
        (Change.SIGN_IN, "phone", "8013", "", Declared.AVAILABLE),
    ]


async def test_seconds_add_up_to_the_time_asked_for(
    settings: Settings, files: SwitchFiles, sessions: Sessions
) -> None:
    files.write(Stream.QUEUE_LOG, b"".join(SIGNED_IN))
    files.tell(answered_call(began=NOON + 10, talk=30))
    files.write(Stream.QUEUE_LOG, b"".join(ON_A_BREAK))
    await read_all(settings, sessions)
    async with sessions() as session:
        spent = await seconds_of(session, at(0), at(120))
        answered = await answered_by(session, at(0), at(120))
    assert sum(spent["8013"].values()) == pytest.approx(120)
    assert spent["8013"][AgentTime.BREAK] == pytest.approx(60)
    assert spent["8013"][AgentTime.TALKING] > 0
    assert answered == {"8013": 1}


async def test_a_ledger_that_begins_anew_knows_how_everybody_stood(
    settings: Settings, files: SwitchFiles, sessions: Sessions
) -> None:
    for line in [*SIGNED_IN, *ON_A_BREAK]:
        files.write(Stream.QUEUE_LOG, line)
        await read_all(settings, sessions)
    async with sessions() as session:
        last = (await session.scalars(select(AgentEvent).order_by(AgentEvent.pos.desc()))).first()
        count = await session.scalar(select(func.count()).select_from(AgentEvent))
    assert last is not None
    assert (last.declared, last.queues) == (Declared.BREAK, {"GEN": "meal", "ENT": "meal"})
    assert count == len(SIGNED_IN) + len(ON_A_BREAK)


async def test_a_talk_that_the_switch_did_not_outlive_ends_with_it(
    settings: Settings, files: SwitchFiles, sessions: Sessions
) -> None:
    files.tell(ACall(began=NOON + 10).arrives().queues().rings().connects())
    await read_all(settings, sessions)
    files.write(Stream.QUEUE_LOG, restart_line(NOON + 50))
    await read_all(settings, sessions)
    async with sessions() as session:
        leg = (await session.scalars(select(AgentLeg))).one()
    assert leg.ended_at == at(50)
