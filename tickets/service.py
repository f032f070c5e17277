"""What other rooms ask of tickets: open and close them with their calls, find them again.

The ledger opens and closes in batches inside its own transaction; the phone's progress query, the
API and the command line read. Nothing here commits.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import local_day
from core.phone import plain_number
from tickets import repository
from tickets.channels import Channel
from tickets.models import Ticket, TicketEvent
from tickets.numbers import is_query_code, new_query_code, ticket_number
from tickets.outcomes import Outcome
from tickets.repository import Attachment, Line, Opening, Standing
from tickets.states import TicketState, is_left_to_call, path, state_after_call
from tickets.voices import Met, Voice, join_cases

# Who writes the story of a ticket as long as no person does.
ACTOR = "ledger"
_LONGEST_WORD = 64
_TAIL = re.compile(r"[0-9]{4}", re.ASCII)


@dataclass(frozen=True, slots=True)
class CallForTicket:
    """What a ticket takes from its call; times are aware UTC, `talk_seconds` seconds.

    `outcome` is None while the call lasts and must be known to close. A missing or malformed
    `query_code` is drawn anew; a code that comes later replaces it, since that is the one
    the citizen heard. `case` is the number that the police gave the case when they handed the
    caller over, '' when it is not known, and None for citizens' own calls.
    """

    uid: str
    started_at: datetime
    line: str
    caller: str | None = None
    query_code: str | None = None
    language: str | None = None
    ended_at: datetime | None = None
    outcome: Outcome | None = None
    agent: str | None = None
    talk_seconds: float | None = None
    rating: int | None = None
    case: str | None = None


@dataclass(frozen=True, slots=True)
class TicketProgress:
    """What the phone tells a citizen who asks for progress: never more than they know already."""

    number: str
    state: TicketState
    outcome: Outcome | None
    opened_on: date
    closed_on: date | None

    @property
    def number_tail(self) -> str:
        """The last four digits, enough to recognise one's own ticket by ear."""
        return self.number[-4:]


@dataclass(frozen=True, slots=True)
class TicketStory:
    """A ticket with everything that happened to it, oldest first."""

    ticket: Ticket
    events: Sequence[TicketEvent]


async def open_for_calls(session: AsyncSession, calls: Sequence[CallForTicket]) -> dict[str, str]:
    """Give each call its one ticket and return the numbers of the new ones by call uid.

    A caller whom the police hand over gets the ticket of the case that came ahead of the voice.
    Idempotent: a call that has its ticket keeps it. Numbers have no gaps, even when several
    processes open tickets at once or roll back; the price is that openings of one day wait for each
    other's commit.
    """
    if not calls:
        return {}
    lasts = await repository.lock_days(session, {local_day(call.started_at) for call in calls})
    known = await repository.calls_with_ticket(session, [call.uid for call in calls])
    fresh = _first_of_each(call for call in calls if call.uid not in known)
    met = await join_cases(session, [_voice(call) for call in fresh if call.case is not None])
    await repository.append(session, met.lines, ACTOR)
    openings = [_opening(call, lasts, met) for call in fresh if call.uid not in met.calls]
    if openings:
        await repository.insert_opened(session, openings, ACTOR)
        await repository.save_days(session, lasts)
    return {opening.call_uid: opening.number for opening in openings}


async def close_for_calls(session: AsyncSession, calls: Sequence[CallForTicket]) -> None:
    """Attach what ended calls brought and put each ticket where its outcome says.

    A ticket that people have moved meanwhile stays where they put it and only learns the facts.
    Idempotent, and right also when a call is judged again: late news moves the ticket and its story
    says so. Calls without a ticket get one first. Raises ValueError for a call without an outcome.
    """
    ended = {call.uid: call for call in calls}
    tickets = await repository.lock_tickets(session, list(ended))
    if len(tickets) < len(ended):
        await open_for_calls(session, list(ended.values()))
        tickets = await repository.lock_tickets(session, list(ended))
    endings = [_attachment(ticket, ended[ticket.call_uid]) for ticket in tickets]
    lines = [
        line
        for ticket, ending in zip(tickets, endings, strict=True)
        for line in _story(ticket.state, ticket.outcome, ending)
    ]
    await repository.attach(session, endings)
    await repository.append(session, lines, ACTOR)


async def find_by_code(session: AsyncSession, caller: str, code: str) -> TicketProgress | None:
    """Return the caller's ticket with this query code (查询码), for the phone's progress query.

    The key is caller and code together: a guessed code opens nothing from another phone, and a
    withheld number opens nothing at all.
    """
    number = plain_number(caller)
    if number is None or not is_query_code(code):
        return None
    ticket = await repository.latest_by_code(session, number, code)
    return _progress(ticket) if ticket else None


async def find_newest(session: AsyncSession, caller: str) -> TicketProgress | None:
    """Return the newest ticket of a caller, for their question from the same phone; the ticket
    of the call in which they ask is not meant."""
    number = plain_number(caller)
    ticket = await repository.latest_of(session, number) if number else None
    return _progress(ticket) if ticket else None


async def find_by_tail(session: AsyncSession, code: str, tail: str) -> TicketProgress | None:
    """Return the ticket with this query code, asked for from another phone than the registered
    one by somebody who knows that one's last four digits."""
    if not is_query_code(code) or not _TAIL.fullmatch(tail):
        return None
    ticket = await repository.latest_by_tail(session, code, tail)
    return _progress(ticket) if ticket else None


async def is_known_code(session: AsyncSession, code: str) -> bool:
    """Tell whether a query code belongs to anybody's ticket."""
    return is_query_code(code) and await repository.has_code(session, code)


async def get_story(session: AsyncSession, number: str) -> TicketStory | None:
    """Return the ticket with this number and its story, or None."""
    ticket = await repository.by_number(session, number)
    if ticket is None:
        return None
    return TicketStory(ticket, await repository.story(session, ticket.id))


async def list_newest(
    session: AsyncSession,
    limit: int,
    before: tuple[datetime, int] | None = None,
    state: TicketState | None = None,
    line: str | None = None,
) -> Sequence[Ticket]:
    """Return tickets, newest first; `before` is the (new_at, id) of the last one already seen."""
    return await repository.newest(session, limit, before, state, line)


def _first_of_each(calls: Iterable[CallForTicket]) -> list[CallForTicket]:
    """One of each call, in the order they arrived, so that numbers follow the clock."""
    by_uid: dict[str, CallForTicket] = {}
    for call in calls:
        by_uid.setdefault(call.uid, call)
    return sorted(by_uid.values(), key=lambda call: (call.started_at, call.uid))


def _voice(call: CallForTicket) -> Voice:
    number = plain_number(call.caller)
    return Voice(call.uid, call.started_at, _word(call.line) or "", number, call.case or "")


def _opening(call: CallForTicket, lasts: dict[date, int], met: Met) -> Opening:
    """Number one ticket; `lasts` counts on."""
    day = local_day(call.started_at)
    lasts[day] += 1
    return Opening(
        number=ticket_number(day, lasts[day]),
        call_uid=call.uid,
        query_code=_code(call) or new_query_code(),
        line=_word(call.line) or "",
        language=_word(call.language),
        caller=plain_number(call.caller),
        new_at=call.started_at,
        channel=Channel.PHONE if call.case is None else Channel.POLICE,
        external_id=met.free_keys.get(call.uid),
    )


def _attachment(ticket: Standing, call: CallForTicket) -> Attachment:
    if call.outcome is None:
        raise ValueError(f"call {call.uid} has no outcome, its ticket cannot be closed")
    ended_at = call.ended_at or call.started_at
    state, transferred_at, closed_at = ticket.state, ticket.transferred_at, ticket.closed_at
    if _is_left_to_call(ticket):
        state = state_after_call(call.outcome)
        transferred_at = ended_at if state is TicketState.TRANSFERRED else None
        closed_at = ended_at if state is TicketState.CLOSED else None
    return Attachment(
        id=ticket.id,
        state=state,
        outcome=call.outcome,
        call_ended_at=ended_at,
        transferred_at=transferred_at,
        closed_at=closed_at,
        query_code=_code(call),
        language=_word(call.language),
        first_agent=_word(call.agent),
        talk_seconds=max(0.0, call.talk_seconds) if call.talk_seconds is not None else None,
        rating=call.rating if call.rating in range(1, 6) else None,
    )


def _is_left_to_call(ticket: Standing) -> bool:
    """Whether nobody has moved a ticket; what its call ends, ends in the instant of the call's.

    A case of the police is never ended by its call: somebody must tell them what came of it.
    """
    if ticket.channel is Channel.POLICE:
        return False
    ended_at = ticket.transferred_at or ticket.closed_at
    told_by_call = ended_at is None or ended_at == ticket.call_ended_at
    return told_by_call and is_left_to_call(ticket.state, ticket.outcome)


def _story(was: TicketState, judged: Outcome | None, ending: Attachment) -> list[Line]:
    """Tell what the end of a call changed: nothing, when it was told before."""
    if judged == ending.outcome:
        return []
    reason = f"call ended: {ending.outcome}"
    if judged is not None:
        reason = f"call judged again: {ending.outcome} instead of {judged}"
    # A ticket that stays where it is still notes how its call ended.
    states = [was, *(path(was, ending.state) or [was])]
    return [
        Line(ending.id, before, after, reason, ending.call_ended_at)
        for before, after in pairwise(states)
    ]


def _progress(ticket: Ticket) -> TicketProgress:
    return TicketProgress(
        number=ticket.number,
        state=ticket.state,
        outcome=ticket.outcome,
        opened_on=local_day(ticket.new_at),
        closed_on=local_day(ticket.closed_at) if ticket.closed_at else None,
    )


def _code(call: CallForTicket) -> str | None:
    return call.query_code if is_query_code(call.query_code) else None


def _word(text: str | None) -> str | None:
    """Make text from outside fit to be stored: no NUL, no half characters, no novel."""
    if text is None:
        return None
    return text.replace("\0", "").encode(errors="replace").decode()[:_LONGEST_WORD]
