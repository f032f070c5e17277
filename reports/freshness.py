"""How fresh every figure is: how far the ledger is behind the switch's own files."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from reports import repository

# The ledger looks at each file several times a second, even when nothing happens.
_SILENCE_ALLOWED = 30.0


@dataclass(frozen=True, slots=True)
class Freshness:
    """Seconds since the ledger looked at the file it neglected longest, and bytes that wait.

    `silent_seconds` is None when it never looked.
    """

    silent_seconds: float | None
    unread_bytes: int

    @property
    def is_fresh(self) -> bool:
        """Whether the ledger is at work; it may still have a backlog to read."""
        return self.silent_seconds is not None and self.silent_seconds <= _SILENCE_ALLOWED


async def freshness(session: AsyncSession) -> Freshness:
    """Ask how far the ledger is. Raises SQLAlchemy's OperationalError when the database is away."""
    silent, unread = await repository.ledger_silence(session)
    return Freshness(silent, unread)
