"""`audit`: the nightly check that every matter got what was promised (七有核查)."""

from datetime import date, timedelta
from typing import Annotated

import typer

from cli.days import day as read_day
from cli.person import By
from cli.reading import moment, read, write
from cli.screen import out, print_json, print_table
from core.clock import local_day, utc_now
from core.settings import get_settings
from oversight.auditing import DefectInList, audit, defects_of, newest_audit
from oversight.models import Audit
from oversight.words import PROMISES, Promise

app = typer.Typer(
    help="Whether every matter got its seven things (七有核查).", no_args_is_help=True
)
Day = Annotated[str, typer.Option("--day", help="Which, such as 2026-11-23; yesterday if absent.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
_SHOWN = 1000


@app.command()
def run(by: By, day: Day = "", as_json: AsJson = False) -> None:
    """Audit a day now, as is done each night for the day before; then show it."""
    which, folder = _day(day), get_settings().recordings_dir
    write(lambda session: audit(session, folder, which, by))
    _show(which, as_json)


@app.command()
def show(day: Day = "", as_json: AsJson = False) -> None:
    """Show how far each promise was kept on a day, and every ticket that went without.

    有记录 and 有派单 are asked of the tickets that came in on the day, 有考核 of those of the last
    month that had to be assessed, all others of those archived on the day.
    """
    _show(_day(day), as_json)


def _show(day: date, as_json: bool) -> None:
    made = read(lambda session: newest_audit(session, day))
    defects = read(lambda session: defects_of(session, made.id, _SHOWN))
    if as_json:
        print_json(_as_dict(made, list(defects)))
        return
    rows = [(PROMISES[promise], promise, *_cells(made, promise)) for promise in Promise]
    headings = ("", "promise", "due", "kept", "coverage", "excused")
    print_table(headings, rows, right="due,kept,coverage,excused")
    out.print(f"\n{made.day}, audited {moment(made.at)} by {made.actor}\n")
    cells = [(d.number, PROMISES[d.defect.promise], d.defect.owner, d.defect.why) for d in defects]
    if cells:
        print_table(("ticket", "without", "owner", "why"), cells)
    if len(cells) == _SHOWN:
        out.print(f"the first {_SHOWN} defects")


def _cells(made: Audit, promise: Promise) -> tuple[object, ...]:
    told = made.coverage[promise]
    share = f"{told['kept'] / told['due']:.2%}" if told["due"] else "–"
    return told["due"], told["kept"], share, told["excused"]


def _as_dict(made: Audit, defects: list[DefectInList]) -> dict[str, object]:
    return {
        "day": made.day,
        "at": made.at.isoformat(),
        "by": made.actor,
        "coverage": made.coverage,
        "defects": [
            {
                "ticket": d.number,
                "promise": d.defect.promise,
                "owner": d.defect.owner,
                "why": d.defect.why,
            }
            for d in defects
        ],
    }


def _day(text: str) -> date:
    return read_day(text) or local_day(utc_now()) - timedelta(days=1)
