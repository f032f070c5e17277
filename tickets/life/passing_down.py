"""The third level (下派): a unit hands its task to one below it, and stays answerable for it."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import local_day, utc_now
from core.errors import HotlineError
from tickets.city import City
from tickets.durations import Span
from tickets.life import repository
from tickets.life.drafts import TicketEnded, UnknownTask
from tickets.life.facts import Person
from tickets.life.models import Task
from tickets.life.moves import UnknownTicket, signature
from tickets.life.picture import Picture
from tickets.life.words import ClockKind, TaskRole
from tickets.models import TicketEvent
from tickets.states import OPEN

_MOMENT = timedelta(microseconds=1)


class NotBelow(HotlineError):
    """A task goes down to a unit below, by units.csv, and to no other."""

    slug = "not-a-unit-below"


class TooLong(HotlineError):
    """The task below must be done a working day before the one above."""

    slug = "task-too-long"


async def pass_down(
    session: AsyncSession,
    city: City,
    number: str,
    person: Person,
    unit: str,
    handle: Span,
    at: datetime | None = None,
) -> Picture:
    """Give a unit below a child of the person's task, with a date of its own.

    Raises UnknownTicket, TicketEnded, UnknownTask when the person's unit has none, NotBelow, and
    TooLong when it would end later than a working day before the task above.
    """
    at = at or utc_now()
    found = await repository.lock(session, number)
    if not found:
        raise UnknownTicket(number)
    picture = found[0]
    if picture.ticket.state not in OPEN:
        raise TicketEnded(f"{number} is {picture.ticket.state} and can only be read.")
    above = _theirs(picture, person)
    if not _is_below(city, unit, above.unit):
        raise NotBelow(f"{unit!r} is no unit below {above.unit}.")
    due = city.time.deadline(at, handle).at
    if (limit := _limit(picture, above)) and not _a_workday_before(city, due, limit):
        raise TooLong(
            f"A task of {handle} would not end a working day before that of {above.unit}."
        )
    child = Task(
        ticket_id=picture.ticket.id,
        parent_id=above.id,
        unit=unit,
        role=TaskRole.CHILD,
        opened_at=at,
        due_at=due,
        reply="",
    )
    picture.tasks.append(child)
    picture.matter.version += 1
    picture.matter.changed_at = at
    await repository.keep(session, picture)
    await repository.tell(session, _event(picture, person, unit, due, at))
    return picture


def _theirs(picture: Picture, person: Person) -> Task:
    for task in picture.tasks:
        if task.unit == person.unit and task.ended_at is None:
            return task
    raise UnknownTask(f"{person.unit} has no open task in {picture.ticket.number}.")


def _is_below(city: City, unit: str, above: str) -> bool:
    found = city.units.by_code.get(unit)
    seen = {unit}
    while found is not None and found.parent is not None and found.parent not in seen:
        if found.parent == above:
            return True
        seen.add(found.parent)
        found = city.units.by_code.get(found.parent)
    return False


def _limit(picture: Picture, above: Task) -> datetime | None:
    """A helping unit's task has a date; the lead's is the handling clock's."""
    clock = picture.clock(ClockKind.HANDLE)
    return above.due_at or (clock.due_at if clock and clock.stopped_at is None else None)


def _a_workday_before(city: City, due: datetime, limit: datetime) -> bool:
    last = local_day(limit - _MOMENT)
    return local_day(due - _MOMENT) <= next(city.time.workdays.before(last))


def _event(picture: Picture, person: Person, unit: str, due: datetime, at: datetime) -> TicketEvent:
    state = picture.ticket.state
    return TicketEvent(
        ticket_id=picture.ticket.id,
        from_state=state,
        to_state=state,
        actor=signature(person),
        reason=f"{person.unit} passed its task down to {unit}",
        facts={"unit": unit, "due_at": due.isoformat()},
        at=at,
    )
