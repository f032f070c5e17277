"""/api/live: the present moment of queues and agents, once or as it goes on, for wallboards.

Server-Sent Events: the whole picture first (`snapshot`), then each `change`. A listener who
comes back with Last-Event-ID goes on where it was, or gets the whole picture anew.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Header
from fastapi.responses import StreamingResponse

from api.resources import Open
from queues.live_mirror import Plain

router = APIRouter(prefix="/api/live", tags=["live"])

LastEventId = Annotated[str, Header(max_length=40, description="Where the listener left off.")]


@router.get("")
async def get_live(opened: Open) -> dict[str, Any]:
    """Show who waits and who works, today's figures, and whether they agree with the ledger."""
    found: Plain = opened.hub.now()
    return found


@router.get("/events", response_class=StreamingResponse)
async def get_events(opened: Open, last_event_id: LastEventId = "") -> StreamingResponse:
    """Follow the picture as Server-Sent Events: `snapshot`, then `change` after `change`."""
    opened.hub.admit()
    return StreamingResponse(
        opened.hub.listen(last_event_id),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )
