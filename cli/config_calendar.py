"""`config calendar`: which years are known, and what the calendar moves under open tickets."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from cli.reading import moment, read, transact
from cli.screen import out, print_json, print_table
from core.clock import local_day, utc_now
from core.errors import ConfigError
from core.settings import get_settings
from tickets.calendar import Workdays, load_workdays
from tickets.city import City, load_city
from tickets.life.reckoning import Moved, reckon_anew, would_move

Candidate = Annotated[
    Path | None,
    typer.Option("--with", help="Another calendar.toml, to see what it would do."),
]
Apply = Annotated[bool, typer.Option("--apply", help="Do it now; the timer does so by itself.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
_SHOWN = 50


def calendar(candidate: Candidate = None, apply: Apply = False, as_json: AsJson = False) -> None:
    """Show known and provisional years, and the deadlines that the calendar moves.

    Deadlines move only in the unit's favour. Nothing is changed without --apply, and a file given
    with --with is only tried; put it into config/calendar.toml to use it.
    """
    settings = get_settings()
    city = load_city(settings.config_dir)
    if candidate is not None:
        if apply or not candidate.is_file():
            raise ConfigError(candidate, None, "A file that is there can be tried, not applied.")
        city = replace(city, time=replace(city.time, workdays=load_workdays(candidate)))
    looked_at, moves = read(lambda session: would_move(session, city))
    if apply and looked_at:
        transact(lambda sessions: reckon_anew(sessions, city, utc_now()))
    if as_json:
        print_json(_as_dict(city, looked_at, moves, apply))
    else:
        _print(city, looked_at, moves, apply)


def _print(city: City, looked_at: int, moves: list[Moved], applied: bool) -> None:
    days = city.time.workdays
    out.print(f"Calendar edition {days.edition()}.")
    for year in _years(days):
        notice = days.notices.get(year)
        known = f"version {notice.version}, {notice.source}" if notice else "provisional: no notice"
        out.print(f"  {year}  {known}", markup=False)
    if not looked_at:
        out.print("Every running clock is of this edition.")
        return
    verb = "moved" if applied else "would move"
    out.print(f"{looked_at} running clocks were of another edition; {len(moves)} {verb}.")
    rows = (
        (one.number, one.clock.kind, one.clock.unit, moment(one.clock.due_at), moment(one.due_at))
        for one in moves[:_SHOWN]
    )
    if moves:
        print_table(("ticket", "clock", "unit", "from", "to"), rows)
    if len(moves) > _SHOWN:
        out.print(f"… and {len(moves) - _SHOWN} more; --json lists them all.")


def _years(days: Workdays) -> list[int]:
    """This year and the two after it: what open tickets may run into."""
    this = local_day(utc_now()).year
    return [year for year in (this, this + 1, this + 2) if year in days.notices or year <= this + 1]


def _as_dict(city: City, looked_at: int, moves: list[Moved], applied: bool) -> dict[str, object]:
    days = city.time.workdays
    return {
        "edition": days.edition(),
        "provisional_years": [year for year in _years(days) if year not in days.notices],
        "clocks_of_another_edition": looked_at,
        "applied": applied,
        "moves": [
            {
                "number": one.number,
                "clock": one.clock.kind,
                "unit": one.clock.unit,
                "from": moment(one.clock.due_at),
                "to": moment(one.due_at),
            }
            for one in moves
        ],
    }
