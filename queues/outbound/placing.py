"""Writes a call of ours down before it is rung, by those who may and when citizens are called."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.clock import utc_now
from core.errors import HotlineError
from core.settings import Settings
from queues.agents import find_agent, load_agents
from queues.callbacks.rules import CallbackRules, load_callback_rules
from queues.definitions import load_queues
from queues.outbound import dialler
from queues.outbound.dialler import Order
from queues.outbound.models import OutboundCall
from queues.outbound.words import CallEnding, Purpose, Way, new_uid
from telephony.ami import Ami, AmiError
from tickets.acts import Actor
from tickets.city import City
from tickets.followup import service
from tickets.followup.choosing import number_of
from tickets.followup.service import ClaimedByAnother, Desk
from tickets.followup.states import FollowUpAct, FollowUpState, move
from tickets.followup.words import Means, Referred
from tickets.guards import Guard
from tickets.life.facts import Person
from tickets.life.judging import GuardsUnmet
from tickets.life.looking import read
from tickets.life.moves import signature
from tickets.life.picture import Picture

AUTOMATIC = Person("automatic call", Actor.FOLLOW_UP)


class NotDialable(HotlineError):
    """There is no number that may be rung."""

    slug = "not-dialable"


@dataclass(frozen=True, slots=True)
class Office:
    """What a call of ours needs to know of this hotline."""

    settings: Settings
    city: City
    numbers: CallbackRules

    @classmethod
    def of(cls, settings: Settings, city: City) -> "Office":
        """Read the rules of the numbers. Raises ConfigError."""
        return cls(settings, city, load_callback_rules(settings.config_dir))

    def dialable(self, raw: str | None, whose: str) -> str:
        """Return a number that may be rung. Raises NotDialable without telling it."""
        number = self.numbers.dialable(raw) if raw else None
        if number is None:
            raise NotDialable(f"There is no number of {whose} that may be rung.")
        return number

    def order(self, uid: str, picture: Picture) -> Order:
        """Return how the citizen of a ticket is rung. Raises NotDialable."""
        number = self.dialable(number_of(picture), "the citizen")
        rules = self.city.follow_up
        return Order(uid, number, rules.ring, picture.ticket.number[-4:], rules.at_once)


@dataclass(frozen=True, slots=True)
class Placed:
    """A call that is written down and may be rung."""

    call: OutboundCall
    order: Order


async def follow_up_by_person(
    session: AsyncSession, office: Office, number: str, person: Person, seat: str
) -> Placed:
    """Write down the call of somebody who has claimed a follow-up.

    Raises what `service.claim` does, UnknownSeatError, NotDialable, and GuardsUnmet outside the
    hours.
    """
    find_agent(load_agents(office.settings, load_queues(office.settings)), seat)
    desk = await service.take_up(session, office.city, number, person)
    if desk.follow_up.claimed_by != person.name:
        raise ClaimedByAnother(number, desk.follow_up.claimed_by)
    _refuse_at_night(office.city, desk.at)
    await service.begin(desk, Means.PERSON)
    return await _write(session, office, desk.picture, desk, person, Way.PERSON, seat)


async def follow_up_automatically(
    session: AsyncSession, office: Office, number: str, at: datetime
) -> Placed:
    """Write down an automatic call; of two keepers the second is refused by the state.

    Raises NoFollowUp, IllegalFollowUpMove, NotDialable and GuardsUnmet.
    """
    desk = await service.take_up(session, office.city, number, AUTOMATIC, at)
    if desk.follow_up.not_before > at or desk.follow_up.state is not FollowUpState.WAITING:
        raise service.NoFollowUp(number, desk.follow_up.state)
    desk.follow_up.state = move(desk.follow_up.state, FollowUpAct.RING)
    _refuse_at_night(office.city, at)
    await service.begin(desk, Means.AUTOMATIC)
    return await _write(session, office, desk.picture, desk, AUTOMATIC, Way.AUTOMATIC, None)


async def leave_to_people(session: AsyncSession, city: City, number: str) -> None:
    """Let no machine try again what it cannot do. Raises NoFollowUp."""
    desk = await service.take_up(session, city, number, AUTOMATIC)
    desk.follow_up.why = desk.follow_up.why or Referred.NOT_BY_MACHINE


async def relay(
    session: AsyncSession, office: Office, number: str, person: Person, phone: str
) -> Placed:
    """Write down that somebody speaks with the citizen of a ticket, whose number they never see.

    `phone` is a seat, or the telephone that somebody of a unit sits at. Raises UnknownTicket,
    NotForYou, NotDialable, and GuardsUnmet outside the hours.
    """
    picture = await read(session, number, person)
    _refuse_at_night(office.city, utc_now())
    return await _write(session, office, picture, None, person, Way.PERSON, phone)


async def ring(
    sessions: async_sessionmaker[AsyncSession],
    ami: Ami,
    office: Office,
    write_down: Callable[[AsyncSession], Awaitable[Placed]],
) -> OutboundCall:
    """Write a call down and then ring it, so that none is rung twice. Raises AmiError.

    A call the switch did not take is ended at once.
    """
    async with sessions.begin() as session:
        placed = await write_down(session)
    try:
        await _dial(ami, office, placed)
    except AmiError:
        async with sessions.begin() as session:
            await _fail(session, placed.call.uid)
        raise
    return placed.call


async def _dial(ami: Ami, office: Office, placed: Placed) -> None:
    phone = placed.call.first_phone
    if phone is None:
        await dialler.ring_citizen(ami, placed.order)
    elif _is_seat(office.settings, phone):
        await dialler.ring_seat(ami, placed.order, phone)
    else:
        await dialler.ring_outside(ami, placed.order, office.dialable(phone, "yours"))


def _is_seat(settings: Settings, phone: str) -> bool:
    return any(seat.number == phone for seat in load_agents(settings, load_queues(settings)))


def _refuse_at_night(city: City, at: datetime) -> None:
    if not city.follow_up.is_open(at):
        raise GuardsUnmet([Guard.CALLING_HOURS])


async def _write(
    session: AsyncSession,
    office: Office,
    picture: Picture,
    desk: Desk | None,
    person: Person,
    way: Way,
    phone: str | None,
) -> Placed:
    at = desk.at if desk else utc_now()
    uid = new_uid(at)
    order = office.order(uid, picture)
    if phone is not None and not _is_seat(office.settings, phone):
        phone = office.dialable(phone, "yours")
    call = OutboundCall(
        uid=uid,
        node=office.settings.node,
        purpose=Purpose.FOLLOW_UP if desk else Purpose.RELAY,
        way=way,
        ticket_id=picture.ticket.id,
        follow_up_id=desk.follow_up.id if desk else None,
        first_phone=phone,
        actor=signature(person),
        unit=person.unit,
        placed_at=at,
        answers={},
    )
    session.add(call)
    await session.flush()
    return Placed(call, order)


async def _fail(session: AsyncSession, uid: str) -> None:
    await session.execute(
        update(OutboundCall)
        .where(OutboundCall.uid == uid, OutboundCall.ended_at.is_(None))
        .values(ended_at=utc_now(), ending=CallEnding.FAILED)
    )
