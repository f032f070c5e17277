"""Jobs written by whoever holds a transaction, in that transaction: both commit or neither does.

The ledger calls this when a talk has ended; the `jobs` process picks the rows up. Nobody above
`jobs` imports it, so the names of tasks that cross rooms live here.
"""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

FINISH_RECORDING = "recordings.finish"
RECORDINGS_QUEUE = "recordings"
DELIVER = "exchange.deliver"
EXCHANGE_QUEUE = "exchange"
SEND_MESSAGE = "messages.send"
MESSAGES_QUEUE = "messages"
# With the call's uid behind it: the lock that keeps two workers from one recording.
FINISHING = "recording of "

# The library's own function: it also wakes a waiting worker when the transaction commits.
_DEFER = text("""
    SELECT procrastinate_defer_jobs_v1(ARRAY(
        SELECT ROW(
            :queue, :task, 0, :lock || uid, NULL, jsonb_build_object('uid', uid), NULL
        )::procrastinate_job_to_defer_v1
        FROM unnest(CAST(:uids AS text[])) AS uid
    ))
""")


async def defer_finish(transaction: AsyncSession | AsyncConnection, uids: Sequence[str]) -> None:
    """Ask for the recordings of these calls to be finished once the caller's transaction commits.

    Asking twice is harmless: the two jobs run one after the other and the second finds the work
    done.
    """
    if not uids:
        return
    await transaction.execute(
        _DEFER,
        {
            "queue": RECORDINGS_QUEUE,
            "task": FINISH_RECORDING,
            "lock": FINISHING,
            "uids": list(uids),
        },
    )


_DELIVER = text("""
    SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(
        :queue, :task, 0, :lock, NULL, jsonb_build_object('identity', CAST(:identity AS bigint)),
        NULL
    )::procrastinate_job_to_defer_v1])
""")


async def defer_delivery(transaction: AsyncSession | AsyncConnection, identity: int) -> None:
    """Ask for a message to another platform to be sent once the caller's transaction commits."""
    await _defer_one(transaction, EXCHANGE_QUEUE, DELIVER, f"message {identity}", identity)


async def defer_message(transaction: AsyncSession | AsyncConnection, identity: int) -> None:
    """Ask for a message to a citizen to be sent once the caller's transaction commits."""
    lock = f"message to citizen {identity}"
    await _defer_one(transaction, MESSAGES_QUEUE, SEND_MESSAGE, lock, identity)


async def _defer_one(
    transaction: AsyncSession | AsyncConnection, queue: str, task: str, lock: str, identity: int
) -> None:
    values = {"queue": queue, "task": task, "lock": lock, "identity": identity}
    await transaction.execute(_DELIVER, values)
