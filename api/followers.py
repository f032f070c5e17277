"""/api/tickets/{number}/followers and /pass-down: several citizens, several units, one ticket.

Merging and its undoing are moves (`/acts/merge`, `/acts/unmerge`).
"""

from typing import Annotated

from fastapi import APIRouter, Body

from api.errors import Refused
from api.fields import Answer, Instant
from api.matters import At, MatterAnswer, Number
from api.persons import By, TheCity
from api.resources import Session
from tickets.acts import Actor
from tickets.durations import Span, read_span
from tickets.life.followers import followers_of, reply_to
from tickets.life.looking import read
from tickets.life.passing_down import pass_down

router = APIRouter(prefix="/api/tickets", tags=["tickets"])


class FollowerAnswer(Answer):
    """A merged ticket whose citizen follows this one, and the reply they got."""

    number: str
    since_at: Instant
    reply: str
    delivered_by: str | None
    delivered_at: Instant | None


@router.get("/{number}/followers")
async def list_followers(session: Session, number: Number, person: By) -> list[FollowerAnswer]:
    """List whose tickets were merged into this one."""
    picture = await read(session, number, person)
    found = await followers_of(session, picture.ticket.id)
    return [
        FollowerAnswer(
            number=one.number,
            since_at=one.follower.since_at,
            reply=one.follower.reply,
            delivered_by=one.follower.delivered_by,
            delivered_at=one.follower.delivered_at,
        )
        for one in found
    ]


@router.post("/{number}/followers/{merged}/reply")
async def reply_to_follower(
    at: At,
    merged: Number,
    delivered_by: Annotated[str, Body(min_length=1, max_length=100)],
    reply: Annotated[str, Body(max_length=2_000)] = "",
) -> MatterAnswer:
    """Note how a follower got their reply; without a text of its own it is the public one."""
    if at.person.role is not Actor.REVIEWER:
        raise Refused("The review desk replies to those whose tickets were merged.")
    return await at.change(
        lambda: reply_to(at.session, at.number, merged, at.person, delivered_by, reply)
    )


@router.post("/{number}/pass-down")
async def pass_task_down(
    city: TheCity,
    at: At,
    unit: Annotated[str, Body(max_length=32)],
    handle: Annotated[str, Body(max_length=16, description="How long it may take: 2 wd.")],
) -> MatterAnswer:
    """Hand the unit's own task to a unit below it (下派)."""
    span = _span(handle)
    return await at.change(lambda: pass_down(at.session, city, at.number, at.person, unit, span))


def _span(text: str) -> Span:
    try:
        return read_span(text)
    except ValueError as error:
        raise Refused(str(error)) from None
