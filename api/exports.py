"""POST /api/matters/exports: tickets as CSV or Excel, however many, in little memory."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Body, Response
from fastapi.responses import FileResponse, StreamingResponse
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from starlette.background import BackgroundTask

from api.persons import By, TheCity
from api.resources import Open
from tickets.finding import exports
from tickets.finding.exports import Format, Order
from tickets.finding.repository import Question
from tickets.finding.sheets import Workbook, csv_of
from tickets.finding.wanted import Wanted
from tickets.life.facts import Person

router = APIRouter(prefix="/api/matters/exports", tags=["tickets"])

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NO_FILTERS = Wanted()

Reason = Annotated[str, Body(min_length=2, max_length=500, description="Stays in the record.")]
Second = Annotated[
    str | None, Body(min_length=1, max_length=64, description="Who else agrees to many tickets.")
]


@router.post("", response_class=StreamingResponse)
async def export(
    opened: Open,
    city: TheCity,
    person: By,
    kind: Annotated[Format, Body(alias="format")],
    reason: Reason,
    filters: Annotated[Wanted, Body()] = _NO_FILTERS,
    confirmed_by: Second = None,
) -> Response:
    """Take tickets away in a file, masked as in lists; who, which and why is kept first."""
    async with opened.sessions.begin() as session:
        order = Order(filters, kind, reason, confirmed_by)
        question = await exports.begin(session, order, person, city)
    if kind is Format.CSV:
        lines = _csv(opened.sessions, question, person)
        name = {"Content-Disposition": 'attachment; filename="tickets.csv"'}
        return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=name)
    path = await _excel(opened.sessions, question, person)
    gone = BackgroundTask(path.unlink, missing_ok=True)
    return FileResponse(path, media_type=_EXCEL, filename="tickets.xlsx", background=gone)


async def _csv(
    sessions: async_sessionmaker[AsyncSession], question: Question, person: Person
) -> AsyncIterator[bytes]:
    yield csv_of([], heading=True)
    async for rows in exports.pages(sessions, question, person):
        yield await asyncio.to_thread(csv_of, rows, heading=False)


async def _excel(
    sessions: async_sessionmaker[AsyncSession], question: Question, person: Person
) -> Path:
    """Write the file where only we can read it; Excel's format has its table of contents last."""
    with tempfile.NamedTemporaryFile(
        prefix="hotline-export-", suffix=".xlsx", delete=False
    ) as made:
        path = Path(made.name)
    try:
        book = Workbook(path)
        async for rows in exports.pages(sessions, question, person):
            await asyncio.to_thread(book.write, rows)
        await asyncio.to_thread(book.close)
    except BaseException:
        path.unlink(missing_ok=True)  # noqa: ASYNC240 - quick, and this may be a cancellation
        raise
    return path
