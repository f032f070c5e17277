"""The one door through which people, timers and channels move a ticket.

A move is legal by the table of states, its guards are judged, then state, matter, tasks, clocks,
holder and story change together in the caller's transaction; nothing here commits.
"""

from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import utc_now
from core.errors import HotlineError
from tickets.acts import Act
from tickets.cards.following import follow
from tickets.cards.ladder import set_alarm
from tickets.city import City
from tickets.durations import Span
from tickets.followup.opening import keep_in_step
from tickets.life import effects, repository
from tickets.life.clocks import wind
from tickets.life.facts import Facts, Person
from tickets.life.following import follows
from tickets.life.holders import INTAKE, holding
from tickets.life.judging import judge
from tickets.life.models import Hop
from tickets.life.picture import Case, Picture
from tickets.models import TicketEvent
from tickets.states import TicketState, move


class UnknownTicket(HotlineError):
    """No ticket has this number."""

    slug = "unknown-ticket"

    def __init__(self, number: str) -> None:
        super().__init__(f"There is no ticket {number[:40]}. ./hotline tickets lists the newest.")


class ChangedMeanwhile(HotlineError):
    """Somebody else changed the ticket after it was looked at."""

    slug = "ticket-changed-meanwhile"

    def __init__(self, number: str) -> None:
        super().__init__(f"{number} was changed by somebody else meanwhile. Look again, then act.")


async def carry_out(
    session: AsyncSession,
    city: City,
    number: str,
    act: Act,
    person: Person,
    facts: Facts | None = None,
    *,
    version: int | None = None,
    at: datetime | None = None,
) -> Picture:
    """Move a ticket and return it as it stands now.

    `version` is the one the person looked at, None for one who need not have looked. Of two people
    who act at once the second waits, then fails by the state or the version. Raises UnknownTicket,
    ChangedMeanwhile, IllegalMove, NotTheirMove and GuardsUnmet; none of them changes anything.
    """
    facts = facts or Facts()
    other = await repository.main_of(session, number) if act is Act.UNMERGE else facts.main
    pictures = await repository.lock(session, number, *([other] if other else ()))
    picture = _named(pictures, number)
    if version is not None and version != picture.matter.version:
        raise ChangedMeanwhile(number)
    main = _named(pictures, other) if other and other != number else None
    if act is Act.UNMERGE and main is not None and not follows(picture, main):
        raise ChangedMeanwhile(number)
    case = Case(picture, person, facts, at or utc_now(), city, main)
    row = move(picture.ticket.state, act, person.role)
    judge(row, case)
    before = picture.ticket.state
    effects.apply(case, act)
    picture.ticket.state = row.to or before
    wind(case, act, row.clock)
    _set_alarms(case)
    if picture.ticket.state is not before:
        effects.settle(picture, case.at)
    await _write(session, case, act, before)
    return picture


async def _write(session: AsyncSession, case: Case, act: Act, before: TicketState) -> None:
    picture = case.picture
    picture.matter.version += 1
    picture.matter.changed_at = case.at
    session.add(picture.matter)
    await _pass_on(session, case, before)
    await repository.keep(session, picture)
    if case.main is not None:
        await repository.keep(session, case.main)
    await repository.tell(session, _event(case, act, before))
    await follow(session, case, act)
    await keep_in_step(session, case, before)


def _set_alarms(case: Case) -> None:
    for picture in filter(None, (case.picture, case.main)):
        for clock in picture.running():
            set_alarm(clock, case.city)


async def _pass_on(session: AsyncSession, case: Case, before: TicketState) -> None:
    """Close the present hop and open the next when the ticket changes hands or state."""
    picture, next_ = case.picture, holding(case.picture, case.city.rules)
    open_ = picture.hop or (_first_hop(picture) if before is TicketState.NEW else None)
    if open_ and next_ and (open_.holder, open_.state) == (next_.holder, picture.ticket.state):
        return
    if open_ is not None:
        session.add(open_)
        open_.until_at = max(case.at, open_.since_at)
        await session.flush()
    picture.hop = None
    if next_ is not None:
        due = case.city.time.deadline(case.at, next_.limit).at if next_.limit else None
        picture.hop = Hop(
            ticket_id=picture.ticket.id,
            holder=next_.holder,
            state=picture.ticket.state,
            since_at=case.at,
            due_at=due,
        )


def _first_hop(picture: Picture) -> Hop:
    """A ticket that its call or channel opened was held by those who take matters in."""
    return Hop(
        ticket_id=picture.ticket.id,
        holder=INTAKE,
        state=TicketState.NEW,
        since_at=picture.ticket.new_at,
    )


def _event(case: Case, act: Act, before: TicketState) -> TicketEvent:
    return TicketEvent(
        ticket_id=case.picture.ticket.id,
        from_state=before,
        to_state=case.picture.ticket.state,
        actor=signature(case.person),
        reason=case.facts.reason,
        act=act,
        facts=said(case.facts),
        at=case.at,
    )


def signature(person: Person) -> str:
    """Return how a person signs a line of the story."""
    return f"{person.name} ({person.unit or person.role})"


def said(facts: Facts) -> dict[str, Any]:
    """Return what was said, without what was left empty, as the story keeps it."""
    return {name: _plain(value) for name, value in asdict(facts).items() if not _empty(value)}


def _empty(value: object) -> bool:
    return value is None or value in ("", (), {})


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"amount", "unit"}:
            return str(Span(**value))
        return {key: _plain(inner) for key, inner in value.items() if not _empty(inner)}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, StrEnum):
        return str(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _named(pictures: list[Picture], number: str) -> Picture:
    for picture in pictures:
        if picture.ticket.number == number:
            return picture
    raise UnknownTicket(number)
