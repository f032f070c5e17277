"""GET /api/abandoned: who gave up waiting, once each, and whether they got through afterwards."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.days import Days
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
from api.resources import Session
from core.masking import mask_text
from reports.abandoned import GaveUp, list_abandoned, tally_abandoned

router = APIRouter(prefix="/api/abandoned", tags=["reports"])

Recovered = Annotated[bool | None, Query(description="Got through within 24 hours, or not.")]
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


class TallyAnswer(Answer):
    """A period in numbers: callers, their abandoned calls, callers by what became of them."""

    callers: int
    calls: int
    short: int
    recovered: int
    open: int


@router.get("")
async def get_abandoned(
    session: Session,
    days: Days,
    recovered: Recovered = None,
    short: Short = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[GaveUpAnswer]:
    """List who gave up, newest first; numbers are masked."""
    before = read_cursor(cursor) if cursor else None
    found = await list_abandoned(session, days, limit + 1, before, recovered, short)
    return page_of(
        found, limit, _answer, lambda one: write_cursor(one.call.started_at, one.call.uid)
    )


@router.get("/tally")
async def get_tally(session: Session, days: Days) -> TallyAnswer:
    """Count who gave up."""
    return TallyAnswer.model_validate(await tally_abandoned(session, days))


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
    )
