"""Keeps citizens' pictures: a file and a row for each; loose ones go after a day."""

import asyncio
import hashlib
import os
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import local_day, utc_now
from tickets.citizens.models import CitizenPicture
from tickets.citizens.pictures import BadPicture, CleanPicture, clean

MOST = 9
LOOSE_FOR = timedelta(days=1)
_TOKEN_BYTES = 18


async def keep(session: AsyncSession, folder: Path, raw: bytes) -> CitizenPicture:
    """Clean a picture and keep it; nobody's yet. Raises BadPicture."""
    picture = await asyncio.to_thread(clean, raw)
    token, now = secrets.token_urlsafe(_TOKEN_BYTES), utc_now()
    path = Path(f"{local_day(now):%Y/%m/%d}") / f"{token}{picture.suffix}"
    await asyncio.to_thread(_write, folder / path, picture)
    row = CitizenPicture(
        token=token,
        mime=picture.mime,
        size=len(picture.data),
        sha256=hashlib.sha256(picture.data).hexdigest(),
        path=str(path),
        made_at=now,
    )
    session.add(row)
    await session.flush()
    return row


def _write(path: Path, picture: CleanPicture) -> None:
    path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
    with os.fdopen(handle, "wb") as file:
        file.write(picture.data)


async def attach(
    session: AsyncSession, ticket_id: int, tokens: Sequence[str], at: datetime
) -> None:
    """Give loose pictures to a ticket. Raises BadPicture for one that is not there or another's."""
    if not tokens:
        return
    mine = select(func.count()).where(CitizenPicture.ticket_id == ticket_id)
    if (await session.scalar(mine) or 0) + len(set(tokens)) > MOST:
        raise BadPicture(f"A matter has at most {MOST} pictures.")
    given = await session.execute(
        update(CitizenPicture)
        .where(CitizenPicture.token.in_(tokens), CitizenPicture.ticket_id.is_(None))
        .values(ticket_id=ticket_id, attached_at=at)
        .returning(CitizenPicture.token)
    )
    if len(given.all()) != len(set(tokens)):
        raise BadPicture("One of the pictures is not there any more; send it again.")


async def pictures_of(session: AsyncSession, ticket_id: int) -> Sequence[CitizenPicture]:
    """Return the pictures of a ticket, oldest first."""
    rows = await session.scalars(
        select(CitizenPicture)
        .where(CitizenPicture.ticket_id == ticket_id)
        .order_by(CitizenPicture.attached_at, CitizenPicture.token)
    )
    return rows.all()


async def tidy(session: AsyncSession, folder: Path, now: datetime) -> int:
    """Remove pictures that no matter has named for a day; return how many."""
    loose = await session.scalars(
        delete(CitizenPicture)
        .where(CitizenPicture.ticket_id.is_(None), CitizenPicture.made_at < now - LOOSE_FOR)
        .returning(CitizenPicture.path)
    )
    paths = loose.all()
    for path in paths:
        (folder / path).unlink(missing_ok=True)
    return len(paths)
