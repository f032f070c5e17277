"""七有核查: for every ticket of a day, whether it got the seven things that every matter gets.

Run each night by the jobs process for the day before, and by `./hotline audit run` for any day.
An audit only adds rows; the newest one of a day is the one that counts.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import midnight, utc_now
from core.errors import HotlineError
from oversight.checks import CHECKS, EXCUSED, RECORDED
from oversight.models import Audit, Defect
from oversight.sound import SLACK_SECONDS, fault_of
from oversight.words import Promise
from queues.models import LOADED
from recordings.models import RecordingState
from tickets.models import Ticket
from tickets.units import CENTER

# The month before is frozen on the third, so from the fourth on every ticket of it has a score.
ASSESSED_BY = 4


class NotAudited(HotlineError):
    """Nobody audited the day yet."""

    slug = "not-audited"

    def __init__(self, day: date) -> None:
        super().__init__(f"{day} was not audited yet. ./hotline audit run --day {day}")


class DayNotOver(HotlineError):
    """A day is audited once it is over."""

    slug = "day-not-over"

    def __init__(self, day: date) -> None:
        super().__init__(f"{day} is not over; a day is audited when it is.")


@dataclass(frozen=True, slots=True)
class Found:
    """What was found about one ticket: `why` is None where the promise was kept."""

    ticket_id: int
    owner: str
    why: str | None

    @property
    def excused(self) -> bool:
        """Whether a rule says that nothing was owed."""
        return self.why is not None and self.why.startswith(EXCUSED)


@dataclass(frozen=True, slots=True)
class DefectInList:
    """A defect with the number of its ticket."""

    defect: Defect
    number: str


async def audit(
    session: AsyncSession, recordings: Path, day: date, by: str, now: datetime | None = None
) -> Audit:
    """Audit a local day inside the caller's transaction. Raises DayNotOver."""
    now = now or utc_now()
    if midnight(day + timedelta(days=1)) > now:
        raise DayNotOver(day)
    found = {Promise.RECORD: await _recorded(session, recordings, day)}
    for promise, query in CHECKS.items():
        rows = await session.execute(text(query), _parameters(day, now))
        found[promise] = [Found(*row) for row in rows]
    coverage = {promise.value: _coverage(some) for promise, some in found.items()}
    made = Audit(day=day, at=now, actor=by, coverage=coverage)
    session.add(made)
    await session.flush()
    session.add_all(
        Defect(
            audit_id=made.id, ticket_id=one.ticket_id, promise=promise, owner=one.owner, why=one.why
        )
        for promise, some in found.items()
        for one in some
        if one.why and not one.excused
    )
    await session.flush()
    return made


async def newest_audit(session: AsyncSession, day: date) -> Audit:
    """Return the audit of a day that counts. Raises NotAudited."""
    query = select(Audit).where(Audit.day == day).order_by(Audit.id.desc()).limit(1)
    found = (await session.scalars(query)).one_or_none()
    if found is None:
        raise NotAudited(day)
    return found


async def defects_of(
    session: AsyncSession, audit_id: int, limit: int = 50, after: int = 0
) -> Sequence[DefectInList]:
    """Return the defects of an audit, promise by promise, from behind the id of one."""
    rows = await session.execute(
        select(Defect, Ticket.number)
        .join(Ticket, Ticket.id == Defect.ticket_id)
        .where(Defect.audit_id == audit_id, Defect.id > after)
        .order_by(Defect.id)
        .limit(limit)
    )
    return [DefectInList(*row) for row in rows]


def _coverage(found: Sequence[Found]) -> dict[str, int]:
    excused = sum(one.excused for one in found)
    broken = sum(one.why is not None and not one.excused for one in found)
    return {
        "due": len(found) - excused,
        "kept": len(found) - excused - broken,
        "excused": excused,
    }


async def _recorded(session: AsyncSession, recordings: Path, day: date) -> list[Found]:
    """Every talk has its recording; what came by another door has its text."""
    bounds = {"begin": midnight(day), "end": midnight(day + timedelta(days=1)), "loaded": LOADED}
    rows = (await session.execute(text(RECORDED), bounds)).all()
    found = []
    for ticket_id, uid, talk, state, path, seconds, written in rows:
        if uid is None:
            found.append(Found(ticket_id, CENTER, None if written else "nothing is written down"))
        elif talk is not None and talk > SLACK_SECONDS:
            why = await _fault(recordings, talk, state, path, seconds)
            found.append(Found(ticket_id, CENTER, f"the recording {why}" if why else None))
    return found


async def _fault(
    recordings: Path, talk: float, state: str | None, path: str | None, seconds: float | None
) -> str | None:
    if state != RecordingState.FINISHED or path is None:
        return f"is {state or 'not there'}"
    if (seconds or 0.0) < talk - SLACK_SECONDS:
        return f"is {seconds or 0.0:.0f} s long, the talk {talk:.0f} s"
    return await asyncio.to_thread(fault_of, recordings / path, talk)


def _parameters(day: date, now: datetime) -> dict[str, object]:
    month = assessed_month(day)
    return {
        "begin": midnight(day),
        "end": midnight(day + timedelta(days=1)),
        "now": now,
        "month": month,
        "month_begin": midnight(month),
        "month_end": midnight(next_month(month)),
    }


def assessed_month(day: date) -> date:
    """Return the first day of the newest month that must be assessed as of a day."""
    this = day.replace(day=1)
    last = (this - timedelta(days=1)).replace(day=1)
    return last if day.day >= ASSESSED_BY else (last - timedelta(days=1)).replace(day=1)


def next_month(month: date) -> date:
    """Return the first day of the month after."""
    return (month + timedelta(days=32)).replace(day=1)
