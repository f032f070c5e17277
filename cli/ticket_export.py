"""`ticket export`: tickets into a CSV or Excel file, masked, with progress, and on record."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from cli.person import By
from cli.reading import transact
from cli.said import read_said
from cli.screen import Step, Steps, out
from core.errors import HotlineError
from core.settings import get_settings
from tickets.acts import Actor
from tickets.city import load_city
from tickets.finding import exports, views
from tickets.finding.exports import Format, Order
from tickets.finding.repository import Question
from tickets.finding.sheets import Lines, Workbook
from tickets.finding.wanted import Wanted
from tickets.life.facts import Person


def export(
    file: Annotated[Path, typer.Argument(help="A new file that ends in .csv or .xlsx.")],
    by: By,
    reason: Annotated[str, typer.Option("--reason", help="Why; it stays in the record.")],
    said: Annotated[
        list[str] | None, typer.Argument(help="Filters: area=371502 open=true since=2026-11-01.")
    ] = None,
    view: Annotated[str, typer.Option(help="A saved view of yours instead of filters.")] = "",
    second: Annotated[
        str | None, typer.Option("--confirmed-by", help="Who else agrees to more than 10,000.")
    ] = None,
    role: Annotated[
        Actor, typer.Option("--as", help="The role in which you ask.")
    ] = Actor.REVIEWER,
    for_unit: Annotated[str | None, typer.Option("--unit", help="The unit you act for.")] = None,
) -> None:
    """Take tickets away in a file: any number, masked as in lists; who, which and why is kept.

    Example: ticket export 停水.xlsx text=停水 since=2026-11-01 --reason 周报
    """
    if file.suffix[1:] not in set(Format):
        raise HotlineError("The file's name ends in .csv or .xlsx.")
    if file.exists():
        raise HotlineError(f"{file} is there already.")
    person, kind = Person(by, role, for_unit), Format(file.suffix[1:])
    wanted = read_said(Wanted, said or [])

    async def take(sessions: async_sessionmaker[AsyncSession]) -> int:
        async with sessions.begin() as session:
            chosen = await views.get(session, by, view) if view else wanted
            order = Order(chosen, kind, reason, second)
            city = load_city(get_settings().config_dir)
            question = await exports.begin(session, order, person, city)
        with Steps().working(f"tickets into {file.name}") as step:
            return await _write(sessions, question, person, file, step)

    file.touch(mode=0o600)
    try:
        written = transact(take)
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    out.print(f"{written} tickets are in {file}.")


async def _write(
    sessions: async_sessionmaker[AsyncSession],
    question: Question,
    person: Person,
    file: Path,
    step: Step,
) -> int:
    written = 0
    with closing(Workbook(file) if file.suffix == ".xlsx" else Lines(file)) as sheet:
        async for rows in exports.pages(sessions, question, person):
            sheet.write(rows)
            written += len(rows)
            step.note(f"{written}")
    return written
