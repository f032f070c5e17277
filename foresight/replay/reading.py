"""Reads a past day from the ledger: its calls, the keys of its menus, and who was there to answer.

Keys and the time before them are told by the journal's own lines, who was there by what agents
declared. Where nothing is told of agents, their calls are: then an agent counts as present from the
first to the last of them, and as away where nothing was answered for an hour.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import midnight
from core.errors import HotlineError
from foresight.history import Source
from foresight.replay.past import KeyPress, PastCall, PastDay
from foresight.replay.staff import read_staff
from ivr.outcomes import Outcome as Edge
from queues.agent_models import AgentLeg
from queues.journal import JournalEvent, JournalKind, parse
from queues.models import Call, SwitchEvent
from reports.rollups import total
from tickets.outcomes import Outcome

# More calls than any city has in a day; a replay is bounded.
MOST_CALLS = 50_000
_PUT_THROUGH = (Outcome.DIVERTED, Outcome.HANDED_TO_EMERGENCY)
# Never reached a flow, so no flow would have changed it.
_OUTSIDE = (Outcome.BLOCKED_TRUNK, Outcome.TECHNICAL_FAILURE)


class NothingToReplay(HotlineError):
    """A day without calls, or with more than can be lived again."""

    slug = "nothing-to-replay"


async def read_past(session: AsyncSession, day: date) -> PastDay:
    """Read a day. Raises NothingToReplay.

    Calls that are still running and those that never reached a flow are left out.
    """
    rows = (await session.scalars(_calls(day))).all()
    if not rows:
        raise NothingToReplay(f"No call of {day} is known here. Try --day synthetic.")
    if len(rows) > MOST_CALLS:
        raise NothingToReplay(f"{day} has more than {MOST_CALLS} calls, too many for a replay.")
    told, rang = await _told(session, day), await _rang_since(session, day)
    roster, after_call = await read_staff(session, day, rows)
    return PastDay(
        day=day,
        calls=tuple(_past(row, told.get(row.uid, ()), rang.get(row.uid)) for row in rows),
        roster=roster,
        happened=await total(session, day, day + timedelta(days=1)),
        source=Source.LEDGER,
        after_call=after_call,
    )


def _calls(day: date) -> Select[Call]:
    return (
        select(Call)
        .where(Call.day == day, Call.outcome.is_not(None), Call.outcome.not_in(_OUTSIDE))
        .order_by(Call.started_at, Call.uid)
        .limit(MOST_CALLS + 1)
    )


async def _told(session: AsyncSession, day: date) -> dict[str, list[JournalEvent]]:
    """Return what the journal tells of each call, in order."""
    query = select(SwitchEvent.line).where(
        SwitchEvent.call_uid.in_(select(Call.uid).where(Call.day == day)),
        SwitchEvent.kind.in_((JournalKind.STEP, JournalKind.SERVED)),
    )
    told: defaultdict[str, list[JournalEvent]] = defaultdict(list)
    for line in await session.scalars(query):
        event = parse(line.encode())
        if event is not None:
            told[event.call].append(event)
    for events in told.values():
        events.sort(key=lambda event: event.at)
    return told


async def _rang_since(session: AsyncSession, day: date) -> dict[str, datetime]:
    """Return when the phone began to ring that was picked up, by call."""
    query = (
        select(AgentLeg.call_uid, AgentLeg.started_at)
        .join(Call, (Call.uid == AgentLeg.call_uid) & (Call.agent == AgentLeg.agent))
        .where(Call.day == day, AgentLeg.answered_at <= Call.answered_at)
        .order_by(AgentLeg.started_at)
    )
    return {uid: began for uid, began in await session.execute(query) if began is not None}


def _past(row: Call, told: Sequence[JournalEvent], rang_since: datetime | None) -> PastCall:
    assert row.outcome is not None  # noqa: S101 - as selected
    assert row.ended_at is not None  # noqa: S101 - an outcome is of an ended call
    return PastCall(
        uid=row.uid,
        at=(row.started_at - midnight(row.day)).total_seconds(),
        line=row.line,
        outcome=row.outcome,
        lasted=(row.ended_at - row.started_at).total_seconds(),
        flow=f"{row.flow}@{row.flow_version}" if row.flow and row.flow_version else None,
        # What was pressed after the talk, as a rating, would mean something else before it.
        keys=tuple(keys_of(_before(told, row.answered_at))),
        waited=row.wait_seconds if row.queue_visits else None,
        ring=_until_heard(row, rang_since),
        talk=row.talk_seconds,
        message=row.message_seconds,
        served=any(event.kind == JournalKind.SERVED for event in told),
        known=bool(row.caller),
        partner_answers=row.partner is None or row.outcome in _PUT_THROUGH,
    )


def _before(told: Iterable[JournalEvent], answered: datetime | None) -> Iterable[JournalEvent]:
    return (one for one in told if answered is None or one.at < answered.timestamp())


def _until_heard(row: Call, rang_since: datetime | None) -> float | None:
    """Seconds from the first ring until they hear each other, the agent's number said between."""
    if row.answered_at is None or rang_since is None:
        return row.ring_seconds
    return (row.answered_at - rang_since).total_seconds()


def keys_of(told: Iterable[JournalEvent]) -> Iterable[KeyPress]:
    """Yield the keys of a call with the seconds before each.

    A menu says how long it took until its key; in a queue it is the time since the wait began.
    """
    waits_since = None
    for event in told:
        keys = event.word("keys") or ""
        if event.word("outcome") == Edge.HANDED_OVER:
            waits_since = event.at
        elif keys and waits_since is not None and event.fields.get("ms") == 0:
            yield KeyPress(keys, max(0.0, event.at - waits_since))
            waits_since = None
        elif keys:
            took = event.fields.get("ms")
            each = (took if isinstance(took, int) else 0) / 1000 / len(keys)
            yield from (KeyPress(key, each) for key in keys)
