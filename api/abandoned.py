"""/api/abandoned: who gave up waiting, once each, what became of them, and ringing them back."""

from datetime import date, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from api.acting import Actor
from api.callback_fields import AttemptAnswer, CallbackAnswer, attempts_of
from api.days import Days
from api.errors import NotFound
from api.fields import (
    Answer,
    Cursor,
    Instant,
    Limit,
    MaskedPhone,
    Page,
    page_of,
    read_cursor,
    write_cursor,
)
from api.resources import Open, Resources, Session
from core.clock import local_day, utc_now
from core.masking import mask_text
from queues.agents import UnknownSeatError, find_agent, load_agents
from queues.callbacks.models import Callback
from queues.callbacks.orders import Orders
from queues.callbacks.repository import find
from queues.callbacks.states import CallbackResult
from queues.definitions import load_queues
from reports.abandoned import GaveUp, list_abandoned, longest_to_do, tally_abandoned
from reports.answer_rate import Period

router = APIRouter(prefix="/api/abandoned", tags=["reports"])

Recovered = Annotated[bool | None, Query(description="Got through within 24 hours, or not.")]
ToDo = Annotated[
    bool | None, Query(description="Nobody spoke to them since and nobody is about to, or not.")
]
Uid = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,64}$", description="The abandoned call.")]
Note = Annotated[str, Field(max_length=500)]
Short = Annotated[bool | None, Query(description="Gave up at once every time, or not.")]


class GaveUpAnswer(Answer):
    """A caller by their last abandoned call of the period; `times` is how often they gave up.

    `recovered_by` is the call in which they heard a human within 24 hours afterwards, null if none.
    """

    uid: str
    caller: MaskedPhone
    line: str
    queue: str | None
    started_at: Instant
    wait_seconds: float | None
    keys: str
    times: int
    short: bool
    recovered_by: str | None
    recovered_at: Instant | None
    ticket: str | None
    work: CallbackAnswer | None


class OrderBody(BaseModel):
    """Who is to ring them back: the seat's phone rings first."""

    model_config = ConfigDict(extra="forbid")

    agent: str = Field(pattern=r"^[0-9]{2,8}$", examples=["8013"])
    note: Note = ""


class NextBody(OrderBody):
    """Among whom of this period the next is chosen; the last two days when left out."""

    since: date | None = None
    until: date | None = Field(default=None, le=date(9999, 12, 30))
    short: bool = False


class SettleBody(BaseModel):
    """What a person knows; a phone that was not reached tells so itself."""

    model_config = ConfigDict(extra="forbid")

    result: Literal["reached", "declined", "already-helped"]
    note: Note = ""


class TallyAnswer(Answer):
    """A period in numbers: callers, their abandoned calls, callers by what became of them."""

    callers: int
    calls: int
    short: int
    recovered: int
    reached: int
    settled: int
    at_work: int
    open: int


@router.get("")
async def get_abandoned(
    session: Session,
    days: Days,
    recovered: Recovered = None,
    short: Short = None,
    to_do: ToDo = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[GaveUpAnswer]:
    """List who gave up, newest first; numbers are masked."""
    before = read_cursor(cursor) if cursor else None
    found = await list_abandoned(session, days, limit + 1, before, recovered, short, to_do)
    return page_of(
        found, limit, _answer, lambda one: write_cursor(one.call.started_at, one.call.uid)
    )


@router.get("/tally")
async def get_tally(session: Session, days: Days) -> TallyAnswer:
    """Count who gave up."""
    return TallyAnswer.model_validate(await tally_abandoned(session, days))


@router.post("/next", status_code=202)
async def post_next(opened: Open, actor: Actor, body: NextBody) -> CallbackAnswer:
    """Let an agent ring back whoever has waited longest for it; two at once get two callers."""
    last = body.until or local_day(utc_now())
    period = Period.through(body.since or last - timedelta(days=1), last)
    short = None if body.short else False
    _find_seat(opened, body.agent)
    made = await _orders(opened).ring_back(
        lambda session: longest_to_do(session, period, short), body.agent, actor, body.note
    )
    return CallbackAnswer.model_validate(made)


@router.post("/{uid}/order", status_code=202)
async def post_order(opened: Open, actor: Actor, uid: Uid, body: OrderBody) -> CallbackAnswer:
    """Let an agent ring back who gave up in this call: first the agent's phone rings."""
    _find_seat(opened, body.agent)

    async def this_one(_: AsyncSession) -> str:
        return uid

    made = await _orders(opened).ring_back(this_one, body.agent, actor, body.note)
    return CallbackAnswer.model_validate(made)


@router.post("/{uid}/result")
async def post_result(opened: Open, actor: Actor, uid: Uid, body: SettleBody) -> CallbackAnswer:
    """Write down what a person knows of them, so that nobody else is sent after them."""
    result = CallbackResult(body.result)
    return CallbackAnswer.model_validate(
        await _orders(opened).settle(uid, result, actor, body.note)
    )


@router.get("/{uid}/attempts")
async def get_attempts(session: Session, uid: Uid) -> list[AttemptAnswer]:
    """List what was tried to reach who gave up in this call, in turn."""
    found: Callback | None = await find(session, uid)
    if found is None:
        raise NotFound(f"Nothing was tried about the call {uid}.")
    return attempts_of(found)


def _orders(opened: Resources) -> Orders:
    return Orders.of(opened.settings, opened.sessions)


def _find_seat(opened: Resources, number: str) -> None:
    try:
        find_agent(load_agents(opened.settings, load_queues(opened.settings)), number)
    except UnknownSeatError as error:
        raise NotFound(str(error)) from error


def _answer(one: GaveUp) -> GaveUpAnswer:
    call = one.call
    return GaveUpAnswer(
        uid=call.uid,
        caller=call.caller,
        line=call.line,
        queue=call.queue,
        started_at=call.started_at,
        wait_seconds=call.wait_seconds,
        keys=mask_text(call.keys, call.query_code),
        times=one.times,
        short=one.short,
        recovered_by=one.recovered_by,
        recovered_at=one.recovered_at,
        ticket=one.ticket_number,
        work=CallbackAnswer.model_validate(one.work) if one.work else None,
    )
