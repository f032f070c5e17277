"""The audit log: lines that seal each other, so that none can be changed or taken out unseen.

A seal is an HMAC over the line and the seal before it. Its key is in the home (`audit` of
secrets.toml), not in the database: whoever owns the database alone cannot write a new chain. What
a chain cannot show by itself is that its end was cut off; the last seal noted elsewhere does
(`./hotline audit-log verify --seal …`).
"""

import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import utc_now
from people.models import AuditLine

START = bytes(32)
_LONGEST = 500
_BATCH = 1000
# One writer at a time: the number of our advisory lock, any that nobody else takes.
_LOCK = 0x12345A


class What(StrEnum):
    """What is kept."""

    SIGNED_IN = "signed-in"
    SIGN_IN_FAILED = "sign-in-failed"
    SIGNED_OUT = "signed-out"
    REFUSED = "refused"
    REVEALED = "revealed"
    LISTENED = "listened"
    EXPORTED = "exported"
    FORCED = "state-forced"
    CHANGED = "changed"
    PERSON = "person-changed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to keep; `object` is what it was done to, `reason` why, in the person's words."""

    who: str
    what: What
    object: str = ""
    reason: str = ""
    role: str = ""
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What checking the chain found: `broken` is the first line that does not fit."""

    lines: int
    seal: str
    broken: int | None = None
    fault: str = ""


async def append(
    session: AsyncSession, key: bytes, entry: Entry, at: datetime | None = None
) -> AuditLine:
    """Add a line in the caller's transaction; other writers wait until that has ended."""
    await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    last = await session.scalar(select(AuditLine).order_by(AuditLine.id.desc()).limit(1))
    line = AuditLine(
        id=last.id + 1 if last else 1,
        at=at or utc_now(),
        who=_fit(entry.who),
        role=_fit(entry.role),
        what=entry.what.value,
        object=_fit(entry.object),
        reason=_fit(entry.reason),
        details=entry.details,
    )
    line.seal = _seal(key, last.seal if last else START, line)
    session.add(line)
    await session.flush()
    return line


async def verify(session: AsyncSession, key: bytes, noted: str = "") -> Verdict:
    """Walk the whole chain. `noted` is a seal somebody kept: it must still be in there."""
    count, before, found = 0, START, not noted
    async for line in _lines(session):
        if line.id != count + 1:
            return Verdict(count, before.hex(), count + 1, "a line is missing")
        if not hmac.compare_digest(line.seal, _seal(key, before, line)):
            return Verdict(count, before.hex(), line.id, "the line is not what was written")
        count, before = line.id, line.seal
        found = found or line.seal.hex() == noted
    if not found:
        return Verdict(count, before.hex(), count + 1, "the noted seal is gone: the end is missing")
    return Verdict(count, before.hex())


async def latest(
    session: AsyncSession,
    limit: int,
    before: int | None = None,
    who: str | None = None,
    what: What | None = None,
) -> list[AuditLine]:
    """Return lines, newest first."""
    query = select(AuditLine).order_by(AuditLine.id.desc()).limit(limit)
    if before is not None:
        query = query.where(AuditLine.id < before)
    if who:
        query = query.where(AuditLine.who == who)
    if what:
        query = query.where(AuditLine.what == what.value)
    return list(await session.scalars(query))


async def _lines(session: AsyncSession) -> AsyncIterator[AuditLine]:
    """Yield every line in order, a batch at a time."""
    last = None
    while True:
        query = select(AuditLine).order_by(AuditLine.id).limit(_BATCH)
        batch = list(
            await session.scalars(query if last is None else query.where(AuditLine.id > last))
        )
        for line in batch:
            yield line
        if len(batch) < _BATCH:
            return
        last = batch[-1].id
        session.expunge_all()


def _seal(key: bytes, before: bytes, line: AuditLine) -> bytes:
    facts = [
        line.id, line.at.astimezone(UTC).isoformat(), line.who, line.role, line.what, line.object,
        line.reason, line.details,
    ]  # fmt: skip
    written = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hmac.new(key, before + written.encode(), sha256).digest()


def _fit(text_: str) -> str:
    """Take out what no database takes, and the length nobody reads."""
    return text_.replace("\0", "").encode(errors="replace").decode()[:_LONGEST]
