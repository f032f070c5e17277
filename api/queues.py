"""GET /api/queues: every queue now, what who joins has to expect, and how far to trust that."""

from datetime import datetime

from fastapi import APIRouter

from api.fields import Answer, Instant
from api.resources import Open
from queues.definitions import load_queues
from queues.live_summary import queue_lines

router = APIRouter(prefix="/api/queues", tags=["live"])


class EstimateAnswer(Answer):
    """Seconds that somebody who joins now will wait, null while too little is known.

    `mean_error` (seconds) and `within_30s` (a share) are of the `compared` latest estimates; only
    while `reliable` are callers told.
    """

    seconds: float | None
    compared: int
    mean_error: float | None
    within_30s: float | None
    reliable: bool


class QueueAnswer(Answer):
    """One queue now; `agents` are signed in, `free` of them could be rung."""

    name: str
    title: str
    waiting: int
    longest_since: Instant | None
    agents: int
    free: int
    estimate: EstimateAnswer


class QueuesAnswer(Answer):
    """All queues, as of when the switch last agreed; `stale` means do not trust it."""

    as_of: Instant | None
    stale: bool
    queues: list[QueueAnswer]


@router.get("")
async def get_queues(opened: Open) -> QueuesAnswer:
    """List the queues."""
    titles = {queue.name: queue.title for queue in load_queues(opened.settings)}
    mirror = opened.hub.mirror
    return QueuesAnswer(
        as_of=datetime.fromisoformat(mirror.as_of) if mirror.as_of else None,
        stale=mirror.stale,
        queues=[QueueAnswer.model_validate(line) for line in queue_lines(mirror, titles)],
    )
