"""What other rooms are told when calls open and end: their tickets, the audio to be finished."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from core.outbox import defer_finish
from queues.ledger.book import Entry
from queues.ledger.facts import CallFacts
from tickets import service as tickets
from tickets.incidents import service as incidents
from tickets.incidents.service import Counted
from tickets.service import CallForTicket


async def open_tickets(session: AsyncSession, entries: Sequence[Entry]) -> None:
    """Give new arrivals their ticket, as soon as it is known which line they called."""
    calls = []
    for entry in entries:
        facts = entry.facts
        if facts and not entry.has_ticket and (facts.line or facts.ended_at):
            entry.has_ticket = True
            calls.append(_for_ticket(facts))
    await tickets.open_for_calls(session, calls)


async def close_tickets(session: AsyncSession, entries: Sequence[Entry]) -> None:
    """Put the tickets of ended calls where their outcome says; again when it was judged again."""
    calls = [_for_ticket(entry.facts) for entry in entries if entry.facts]
    if calls:
        await tickets.close_for_calls(session, calls)


async def count_contacts(session: AsyncSession, entries: Sequence[Entry]) -> None:
    """Put who was counted with an incident on its ticket, as soon as they pressed the key."""
    await incidents.count_contacts(
        session,
        [
            Counted(facts.counted_with, facts.uid, facts.caller, facts.counted_at)
            for entry in entries
            if (facts := entry.facts) and facts.counted_with and facts.counted_at
        ],
    )


async def finish_recordings(session: AsyncSession, entries: Sequence[Entry]) -> None:
    """Ask for the audio of these calls to be made ready, or its empty files to be removed."""
    await defer_finish(session, [e.facts.uid for e in entries if e.facts and e.facts.has_audio])


def _for_ticket(facts: CallFacts) -> CallForTicket:
    return CallForTicket(
        uid=facts.uid,
        started_at=facts.started_at,
        line=facts.line,
        caller=facts.caller,
        query_code=facts.query_code,
        ended_at=facts.ended_at,
        outcome=facts.outcome,
        agent=facts.agent,
        talk_seconds=facts.talk_seconds,
        rating=facts.rating,
        case=_case(facts),
    )


def _case(facts: CallFacts) -> str | None:
    """The case number of whoever handed the caller over to us, '' when they did not tell it."""
    handed = (facts.parties or {}).get("handed")
    return str(handed["case"]) if handed else None
