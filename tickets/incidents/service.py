"""Incidents as other rooms ask for them: begin one with its ticket, end it, count who called.

Nothing here commits. The sound and the board that calls look at are `ivr.incidents`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import utc_now
from core.errors import HotlineError
from core.phone import plain_number
from tickets.channels import Channel
from tickets.city import City
from tickets.incidents.models import Incident, IncidentEvent, TicketContact
from tickets.incidents.words import IncidentAct, IncidentState, judge, state_of
from tickets.life.drafts import Draft
from tickets.life.facts import Person
from tickets.life.intake import Submission, register
from tickets.models import Ticket

# More nobody listens to.
MOST_ON_AIR = 5


class UnknownIncident(HotlineError):
    """No incident has this number."""

    slug = "incident-unknown"


class AirIsFull(HotlineError):
    """As many announcements as anybody listens to, or no key is left to be counted with."""

    slug = "incident-air-full"


@dataclass(frozen=True, slots=True)
class NewIncident:
    """What is to be said and until when; `area` and `topic` are codes of areas and categories."""

    title: str
    text_zh: str
    text_en: str | None
    area: str | None
    topic: str | None
    prompt: str
    key: str
    position: int
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Listed:
    """An incident with its ticket's number, where it stands, and how many were counted."""

    incident: Incident
    ticket: str
    state: IncidentState
    counted: int


@dataclass(frozen=True, slots=True)
class Counted:
    """A call whose caller was counted with an incident."""

    incident: int
    call_uid: str
    caller: str | None
    at: datetime


async def begin(session: AsyncSession, city: City, new: NewIncident, person: Person) -> Incident:
    """Open the ticket and write the incident. Raises BadMatter and AirIsFull."""
    await session.execute(text("LOCK TABLE incident IN SHARE ROW EXCLUSIVE MODE"))
    now = utc_now()
    _refuse_full([one.key for one in await on_air(session, now)], new.key)
    draft = Draft(title=new.title, details=new.text_zh, area=new.area, category=new.topic)
    submission = Submission(Channel.INCIDENT, str(uuid4()), draft, at=now)
    ticket, _ = await register(session, city, submission, person)
    incident = Incident(
        ticket_id=ticket.id,
        area=new.area,
        topic=new.topic,
        text_zh=new.text_zh,
        text_en=new.text_en,
        prompt=new.prompt,
        key=new.key,
        position=new.position,
        started_at=now,
        until=new.until,
    )
    session.add(incident)
    await session.flush()
    _note(session, incident, IncidentAct.START, person, new.reason)
    return incident


async def extend(
    session: AsyncSession, number: int, until: datetime, person: Person, reason: str
) -> Incident:
    """Let an announcement last until another instant. Raises UnknownIncident and NotOnAir."""
    incident = await _locked(session, number, IncidentAct.EXTEND)
    incident.until = until
    _note(session, incident, IncidentAct.EXTEND, person, reason)
    return incident


async def stop(session: AsyncSession, number: int, person: Person, reason: str) -> Incident:
    """Take an announcement off the air. Raises UnknownIncident and NotOnAir."""
    incident = await _locked(session, number, IncidentAct.STOP)
    incident.stopped_at = utc_now()
    _note(session, incident, IncidentAct.STOP, person, reason)
    return incident


async def on_air(session: AsyncSession, now: datetime) -> Sequence[Incident]:
    """Return what is on air at an instant, in the order in which it is said."""
    found = await session.scalars(
        select(Incident)
        .where(Incident.stopped_at.is_(None), Incident.until > now)
        .order_by(Incident.position, Incident.id)
    )
    return found.all()


async def list_incidents(
    session: AsyncSession, limit: int, before: int | None = None
) -> list[Listed]:
    """Return incidents, newest first; `before` is the number of the last one already seen."""
    counted = (
        select(func.count())
        .where(TicketContact.ticket_id == Incident.ticket_id)
        .correlate(Incident)
        .scalar_subquery()
    )
    query = (
        select(Incident, Ticket.number, counted)
        .join(Ticket, Ticket.id == Incident.ticket_id)
        .order_by(Incident.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(Incident.id < before)
    now = utc_now()
    return [
        Listed(one, number, state_of(one.until, one.stopped_at, now), count)
        for one, number, count in await session.execute(query)
    ]


async def count_contacts(session: AsyncSession, calls: Sequence[Counted]) -> None:
    """Write who was counted; a number that was counted before, and an unknown incident, is none."""
    if calls:
        await session.execute(
            _COUNT,
            {
                "incident": [call.incident for call in calls],
                "call_uid": [call.call_uid for call in calls],
                "caller": [plain_number(call.caller) for call in calls],
                "at": [call.at for call in calls],
            },
        )


_COUNT = text("""
    INSERT INTO ticket_contact (ticket_id, call_uid, caller, at)
    SELECT incident.ticket_id, fresh.call_uid, fresh.caller, fresh.at
    FROM unnest(
        CAST(:incident AS int[]), CAST(:call_uid AS text[]), CAST(:caller AS text[]),
        CAST(:at AS timestamptz[])
    ) AS fresh (incident, call_uid, caller, at)
    JOIN incident ON incident.id = fresh.incident
    ORDER BY fresh.at
    ON CONFLICT DO NOTHING
""")


async def _locked(session: AsyncSession, number: int, act: IncidentAct) -> Incident:
    incident = await session.get(Incident, number, with_for_update=True)
    if incident is None:
        raise UnknownIncident(f"There is no incident {number}. ./hotline incident list shows them.")
    judge(state_of(incident.until, incident.stopped_at, utc_now()), act, number)
    return incident


def _note(
    session: AsyncSession, incident: Incident, act: IncidentAct, person: Person, reason: str
) -> None:
    session.add(
        IncidentEvent(
            incident_id=incident.id,
            act=act,
            actor=person.name,
            reason=reason,
            until=incident.until,
            at=utc_now(),
        )
    )


def _refuse_full(taken: Sequence[str], key: str) -> None:
    if len(taken) >= MOST_ON_AIR:
        raise AirIsFull(f"{MOST_ON_AIR} announcements are on air already; stop one first.")
    if key and key in taken:
        raise AirIsFull(f"Key {key} belongs to another announcement that is on air.")
