"""One matter, two doors: the police's message and the caller's voice meet in one ticket.

Whichever comes first opens it. Both doors give numbers under the lock of the day, so that neither
misses the other (`service.open_for_calls`, `life.intake.register`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from tickets.acts import Act
from tickets.channels import Channel
from tickets.models import Ticket, TicketEvent
from tickets.repository import Line
from tickets.states import ENDED, TicketState

# What a story keeps of a case that came behind its voice.
CASE = "case"
# A caller's voice and a case with the same telephone number belong together for so long.
TOGETHER = timedelta(minutes=30)
_LONGEST_KEY = 64


@dataclass(frozen=True, slots=True)
class Voice:
    """A caller whom the police hand over; `case` is '' when their switch did not tell it."""

    call: str
    at: datetime
    line: str
    caller: str | None
    case: str


@dataclass(slots=True)
class Met:
    """The calls that found the ticket of their case, what its story says of it, and by call the
    case numbers that no ticket has yet."""

    calls: set[str] = field(default_factory=set)
    lines: list[Line] = field(default_factory=list)
    free_keys: dict[str, str] = field(default_factory=dict)


async def join_cases(session: AsyncSession, voices: Sequence[Voice]) -> Met:
    """Give these callers the tickets of cases that came ahead of them."""
    met = Met()
    for voice in voices:
        ticket = await _case_of(session, voice)
        if ticket is not None:
            ticket.call_uid, ticket.line = voice.call, voice.line
            ticket.caller = ticket.caller or voice.caller
            await session.flush()
            met.calls.add(voice.call)
            state, reason = ticket.state, f"the caller's voice arrived on line {voice.line}"
            met.lines.append(Line(ticket.id, state, state, reason, voice.at))
        elif voice.case and voice.case not in met.free_keys.values():
            taken = select(Ticket.id).where(
                Ticket.channel == Channel.POLICE, Ticket.external_id == voice.case
            )
            if (await session.scalars(taken)).first() is None:
                met.free_keys[voice.call] = voice.case
    return met


async def voice_ahead_of(
    session: AsyncSession, key: str, caller: str | None, at: datetime
) -> Ticket | None:
    """Return the ticket of a caller whose case is this one, and which has only their voice yet."""
    told = exists().where(
        TicketEvent.ticket_id == Ticket.id,
        or_(TicketEvent.act == Act.REGISTER, TicketEvent.facts.has_key(CASE)),
    )
    same_caller = and_(
        Ticket.external_id.is_(None), Ticket.caller == caller, Ticket.new_at > at - TOGETHER
    )
    found = await session.scalars(
        select(Ticket)
        .where(
            Ticket.channel == Channel.POLICE,
            Ticket.call_uid.is_not(None),
            Ticket.state.not_in(ENDED),
            or_(Ticket.external_id == key, same_caller),
            ~told,
        )
        .order_by(Ticket.external_id.is_(None), Ticket.id.desc())
        .with_for_update()
        .limit(1)
    )
    return found.one_or_none()


async def _case_of(session: AsyncSession, voice: Voice) -> Ticket | None:
    near = Ticket.new_at.between(voice.at - TOGETHER, voice.at + TOGETHER)
    found = await session.scalars(
        select(Ticket)
        .where(
            Ticket.channel == Channel.POLICE,
            Ticket.call_uid.is_(None),
            Ticket.state.not_in((TicketState.TRANSFERRED, TicketState.CLOSED)),
            or_(
                Ticket.external_id == (voice.case or None),
                and_(Ticket.caller == voice.caller, near),
            ),
        )
        .order_by(Ticket.id.desc())
        .with_for_update()
    )
    cases = found.all()
    if voice.case:
        return next((c for c in cases if as_dialled(c.external_id or "") == voice.case), None)
    return cases[0] if cases else None


def as_dialled(case_no: str) -> str:
    """Return a case number as far as the switch can carry it: letters, digits and hyphens."""
    return "".join(c for c in case_no if c.isascii() and (c.isalnum() or c == "-"))[:_LONGEST_KEY]
