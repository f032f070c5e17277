"""/api/live: the present moment of queues and agents, once or as it goes on, for wallboards.

Server-Sent Events: the whole picture first (`snapshot`), then each `change`. A listener who
comes back with Last-Event-ID goes on where it was, or gets the whole picture anew.
"""

import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from fastapi.responses import StreamingResponse

from api.acting import COOKIE
from api.fields import Answer
from api.reports import MeasureAnswer
from api.resources import Open, Resources
from queues.live_mirror import Plain
from reports.live_figures import shown_measures
from reports.moment import MOMENTS

router = APIRouter(prefix="/api/live", tags=["live"])

ASKED_EVERY = 60.0
"""Seconds after which a listener's session is looked at again."""

LastEventId = Annotated[str, Header(max_length=40, description="Where the listener left off.")]


class MomentAnswer(Answer):
    """What a figure of the present moment means."""

    id: str
    version: int
    name_zh: str
    name_en: str
    formula: str
    exclusions: str
    unit: str
    source: str


class DefinitionsAnswer(Answer):
    """The words to every figure on the wall: `moments` in `now`, `measures` in `figures`."""

    moments: list[MomentAnswer]
    measures: list[MeasureAnswer]


@router.get("/definitions")
async def get_definitions() -> DefinitionsAnswer:
    """Say what each figure of the live picture counts."""
    return DefinitionsAnswer(
        moments=[MomentAnswer.model_validate(moment) for moment in MOMENTS],
        measures=[MeasureAnswer.model_validate(measure) for measure in shown_measures()],
    )


@router.get("")
async def get_live(opened: Open) -> dict[str, Any]:
    """Show who waits and who works, today's figures, and whether they agree with the ledger."""
    found: Plain = opened.hub.now()
    return found


@router.get("/events", response_class=StreamingResponse)
async def get_events(
    request: Request, opened: Open, last_event_id: LastEventId = ""
) -> StreamingResponse:
    """Follow the picture as Server-Sent Events: `snapshot`, then `change` after `change`.

    Listening counts as being there; when the session of who listens ends, so does this.
    """
    opened.hub.admit()
    token = "" if "Authorization" in request.headers else request.cookies.get(COOKIE, "")
    return StreamingResponse(
        _while_known(opened, token, opened.hub.listen(last_event_id)),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


async def _while_known(
    opened: Resources, token: str, events: AsyncGenerator[bytes]
) -> AsyncIterator[bytes]:
    """Hand events on until somebody's session is over; a program's key does not end."""
    asked = time.monotonic()
    async with aclosing(events):
        async for event in events:
            if token and time.monotonic() - asked > ASKED_EVERY:
                asked = time.monotonic()
                if await opened.door.known(token) is None:
                    return
            yield event
