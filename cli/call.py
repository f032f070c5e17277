"""`call`: a built-in citizen dials the running hotline, and everything that happens is printed."""

import asyncio
import re
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from typing import Annotated

import typer
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from cli.cast import partner_lines, somebody_answers
from cli.screen import out
from cli.timeline import Timeline, event_of
from core.clock import utc_now
from core.database import make_engine, make_sessions
from core.errors import HotlineError
from core.phone import plain_number
from core.settings import Settings, get_settings
from ivr.lines import load_lines
from phones.agent import Agent
from phones.citizen import Citizen
from phones.errors import CallRefusedError, PhoneError
from phones.states import CallState
from queues.models import Call
from reports.repository import call_with_uid, events_of, recording_of
from stack.supervisor import Supervisor

Sessions = async_sessionmaker[AsyncSession]


@dataclass(frozen=True, slots=True)
class Wish:
    """What the caller of the command asked for; times in seconds."""

    to: str
    caller: str
    press: list[str]
    talk: float
    rating: str
    longest: float


def call(
    number: Annotated[str, typer.Argument(help="The number to dial.")] = "12345",
    caller: Annotated[str, typer.Option("--from", help="Who calls.")] = "13800000000",
    press: Annotated[str, typer.Option(help="Keys, pressed one group at a time: 3,1")] = "",
    talk: Annotated[float, typer.Option(min=0, max=600, help="Seconds of talk.")] = 5.0,
    rating: Annotated[str, typer.Option(help="Key for the rating; empty: none.")] = "1",
    longest: Annotated[float, typer.Option(min=5, max=900, help="Hang up after so long.")] = 120.0,
) -> None:
    """Place a real SIP call into the running hotline and print what happens to it.

    If no agent is signed in with a reachable phone, a built-in one (8013) answers.
    """
    settings = get_settings()
    if not Supervisor(settings).running():
        raise HotlineError("The hotline is not running. Start it with ./hotline up.")
    keys = [group for group in press.split(",") if group]
    if any(set(group) - set("0123456789*#") for group in [*keys, rating]):
        raise HotlineError("Keys are 0–9, * and #. Groups are separated by commas: --press 3,1")
    shown = re.sub(r"[\s().-]", "", caller)
    if not re.fullmatch(r"\+?[0-9]{1,20}|anonymous", shown):
        raise HotlineError("--from takes up to 20 digits, with + or without, or: anonymous")
    wish = Wish(number, shown, keys, talk, rating, longest)
    try:
        asyncio.run(_place(settings, wish))
    except CallRefusedError as error:
        ours = [n for line in load_lines(settings).lines for n in line.numbers]
        raise HotlineError(
            f"{number} was refused (SIP {error.code}). The numbers here are: {', '.join(ours)}."
        ) from error
    except PhoneError as error:
        raise HotlineError(str(error)) from error


async def _place(settings: Settings, wish: Wish) -> None:
    server = (settings.bind, settings.sip_port)
    async with AsyncExitStack() as stack:
        engine = make_engine(settings.database, pool_size=1)
        stack.push_async_callback(engine.dispose)
        sessions = make_sessions(engine)
        agent = await stack.enter_async_context(somebody_answers(settings))
        await stack.enter_async_context(partner_lines(settings))
        citizen = await stack.enter_async_context(
            Citizen(server, wish.caller, wish.to, settings.trunk_address)
        )
        began = utc_now()
        out.print(f"[bold]{wish.caller} dials {wish.to}[/]")
        await citizen.dial()
        await citizen.answered()
        found = await _call_of(sessions, wish.caller, began)
        timeline = Timeline(found.started_at.timestamp())
        acting = asyncio.create_task(_act(citizen, agent, timeline, wish))
        await _follow(sessions, found.uid, timeline)
        acting.cancel()
        with suppress(asyncio.CancelledError):
            await acting
        await _result(sessions, found.uid)


async def _call_of(sessions: Sessions, caller: str, began: object) -> Call:
    query = (
        select(Call)
        .where(Call.caller.in_({caller, plain_number(caller)}), Call.started_at >= began)
        .order_by(Call.started_at.desc())
    )
    for _ in range(100):
        async with sessions() as session:
            found = await session.scalar(query)
        if found is not None:
            return found
        await asyncio.sleep(0.1)
    raise HotlineError(
        "The call was answered, but the ledger has not seen it within ten seconds. "
        "Look at ./hotline status and ./hotline logs ledger."
    )


async def _follow(sessions: Sessions, uid: str, timeline: Timeline) -> None:
    """Print each event as the ledger takes it in, until the call is over and settled."""
    told = set()
    while True:
        async with sessions() as session:
            row = await session.get(Call, uid)
            events = await events_of(session, uid)
        for stored in events:
            place = (stored.file_id, stored.pos)
            event = None if place in told else event_of(stored.line)
            told.add(place)
            if event is not None and (sentence := timeline.sentence(event)):
                out.print(f"  {timeline.offset(event):6.2f} s  {sentence}", markup=False)
        if row is not None and row.settled_at is not None:
            return
        await asyncio.sleep(0.2)


async def _act(citizen: Citizen, agent: Agent | None, timeline: Timeline, wish: Wish) -> None:
    """Press, talk, rate and hang up, as a citizen would; never longer than asked."""
    with suppress(TimeoutError):
        async with asyncio.timeout(wish.longest):
            for group in wish.press:
                await asyncio.sleep(3)
                await citizen.press(group, gap=0.2)
            await timeline.talks.wait()
            await asyncio.sleep(wish.talk)
            if timeline.to_a_machine:
                await citizen.press("#")
                await citizen.hung_up(wish.longest)
                return
            if agent is None or not _talks(agent) or not wish.rating:
                await citizen.hangup()
                return
            await agent.hangup()
            await asyncio.sleep(3)
            await citizen.press(wish.rating)
            await citizen.hung_up(wish.longest)
    await citizen.hangup()


def _talks(agent: Agent) -> bool:
    return any(call.state == CallState.TALKING for call in agent.calls)


async def _result(sessions: Sessions, uid: str) -> None:
    async with sessions() as session:
        found = await call_with_uid(session, uid)
    if found is None:
        return
    if found.call.answered_at:
        await _recording(sessions, uid)
    out.print(f"  outcome    {found.call.outcome}")
    out.print(f"  [bold green]ticket     {found.ticket_number}[/]")
    out.print(f"  [dim]more: ./hotline calls {uid}[/]")


async def _recording(sessions: Sessions, uid: str) -> None:
    """Wait a little for the job that brings the recording into the archive, and name it."""
    for _ in range(80):
        async with sessions() as session:
            recording = await recording_of(session, uid)
        if recording is not None:
            length = f" ({recording.seconds:.1f} s)" if recording.seconds else ""
            out.print(f"  recording  {recording.path or recording.state}{length}")
            return
        await asyncio.sleep(0.1)
    out.print("  recording  not in the archive yet")
