"""Calling a citizen about a ticket, without seeing the number: follow-up staff, units, agents.

The caller's own phone rings first, then the citizen's. The switch carries the call alone from then
on; what came of it is listed here and in the ticket's story.
"""

from typing import Annotated

from fastapi import APIRouter, Body

from api.acting import Actor as ActorName
from api.errors import NotFound
from api.fields import Answer, Instant, MaskedPhone
from api.matters import Number
from api.persons import By, TheCity
from api.resources import Open, Session
from queues.agents import UnknownSeatError
from queues.dialling import dialling_hand
from queues.outbound import placing, repository
from queues.outbound.models import OutboundCall
from queues.outbound.placing import Office
from queues.outbound.words import CallEnding, Purpose, Way
from tickets.acts import Actor
from tickets.life.facts import Person
from tickets.life.looking import read

router = APIRouter(prefix="/api", tags=["follow-up"])

Seat = Annotated[str, Body(embed=True, pattern=r"^[0-9]{2,8}$", description="Rings first.")]
Phone = Annotated[str, Body(embed=True, max_length=40, description="A seat or your telephone.")]


class OutboundAnswer(Answer):
    """One call that we made. `ending` is null while it lasts; `answers` are keys by question."""

    uid: str
    purpose: Purpose
    way: Way
    first_phone: MaskedPhone
    actor: str
    placed_at: Instant
    rang_at: Instant | None
    reached_at: Instant | None
    ended_at: Instant | None
    ending: CallEnding | None
    answers: dict[str, str]


@router.post("/follow-ups/{number}/dial", status_code=202)
async def dial(
    opened: Open, city: TheCity, number: Number, actor: ActorName, seat: Seat
) -> OutboundAnswer:
    """Ring the seat of somebody who has claimed the follow-up, then the citizen."""
    office, person = Office.of(opened.settings, city), Person(actor, Actor.FOLLOW_UP)
    try:
        async with dialling_hand(opened.settings) as ami:
            call = await placing.ring(
                opened.sessions,
                ami,
                office,
                lambda session: placing.follow_up_by_person(session, office, number, person, seat),
            )
    except UnknownSeatError as error:
        raise NotFound(str(error)) from error
    return _answer(call)


@router.post("/tickets/{number}/call", status_code=202)
async def call_citizen(
    opened: Open, city: TheCity, number: Number, person: By, phone: Phone
) -> OutboundAnswer:
    """Ring the phone of somebody who may read the ticket, then its citizen; neither sees whose."""
    office = Office.of(opened.settings, city)
    async with dialling_hand(opened.settings) as ami:
        call = await placing.ring(
            opened.sessions,
            ami,
            office,
            lambda session: placing.relay(session, office, number, person, phone),
        )
    return _answer(call)


@router.get("/tickets/{number}/outbound-calls")
async def list_calls(session: Session, number: Number, person: By) -> list[OutboundAnswer]:
    """List the calls that were made about a ticket, oldest first."""
    picture = await read(session, number, person)
    return [_answer(one) for one in await repository.calls_about(session, picture.ticket.id)]


def _answer(call: OutboundCall) -> OutboundAnswer:
    return OutboundAnswer.model_validate(call)
