"""`flow canary`: a candidate for a share of the callers, and both versions side by side."""

from datetime import datetime
from typing import Annotated, Any

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from cli.changing import change
from cli.flow_options import Alias, AsJson, Callers, Reason
from cli.flow_publish import tell_move
from cli.person import By
from cli.reading import moment, read
from cli.screen import out, print_json, print_table
from core.clock import local, utc_now
from core.errors import HotlineError
from core.settings import get_settings
from ivr.life.canary import Canary, last_canary
from ivr.life.names import numbered
from ivr.life.publishing import Moving, Share, set_canary, stop_canary
from ivr.lines import load_lines
from reports.definitions import CallMeasure, Unit
from reports.flow_versions import SIDE_BY_SIDE, Ran, VersionFigures, compare_versions


def canary(
    alias: Alias,
    by: By,
    version: Annotated[
        str, typer.Argument(metavar="[VERSION]", help="The candidate: direct@4.")
    ] = "",
    percent: Annotated[
        int, typer.Option("--percent", min=0, max=100, help="Share of the callers.")
    ] = 0,
    caller: Callers = None,
    stop: Annotated[bool, typer.Option("--stop", help="End it.")] = False,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Give a share of an alias's calls to a candidate, or end that with --stop; without a version:
    show both sides of the last one.

    A caller stays on one side as long as it lasts. When the candidate has proved itself, point the
    alias at it: ./hotline flow alias direct direct@4.
    """
    moving = Moving(alias, by, reason)
    if stop:
        tell_move(change(lambda session: stop_canary(session, moving)), as_json)
    elif version:
        place, share = numbered(version), Share(percent, tuple(caller or ()))
        tell_move(change(lambda session: set_canary(session, moving, place, share)), as_json)
    elif percent or caller:
        raise HotlineError("Which version shall they get? ./hotline flow canary direct direct@4 …")
    else:
        _show(alias, as_json)


def _show(alias: str, as_json: bool) -> None:
    lines = [one.code for one in load_lines(get_settings()).lines if one.flow == alias]

    async def look(session: AsyncSession) -> tuple[Canary, dict[Ran, VersionFigures]]:
        trial = await last_canary(session, alias)
        sides = [(one.flow, one.version) for one in (trial.own, trial.candidate)]
        until = trial.until or utc_now()
        return trial, await compare_versions(session, sides, lines, trial.since, until)

    trial, found = read(look)
    own, candidate = (found[one.flow, one.version].figures for one in (trial.own, trial.candidate))
    if as_json:
        print_json(_as_dict(trial, own, candidate))
        return
    until = moment(trial.until) or "now"
    out.print(f"{alias} from {moment(trial.since)} to {until}, {trial.percent} % of the callers")
    rows = [
        (one.name_zh, _figure(one, own[one.id]), _figure(one, candidate[one.id]), one.formula)
        for one in SIDE_BY_SIDE
    ]
    heads = ("", f"{trial.own}", f"{trial.candidate} (canary)", "what it is")
    print_table(heads, rows, right=",".join(heads[1:3]))


def _as_dict(trial: Canary, own: Any, candidate: Any) -> dict[str, object]:
    def told(instant: datetime | None) -> str | None:
        return local(instant).isoformat() if instant else None

    return {
        "alias": trial.alias,
        "since": told(trial.since),
        "until": told(trial.until),
        "percent": trial.percent,
        "own": {"version": str(trial.own), **own},
        "candidate": {"version": str(trial.candidate), **candidate},
        "definitions": {one.id: one.formula for one in SIDE_BY_SIDE},
    }


def _figure(measure: CallMeasure, value: float | None) -> str:
    if value is None:
        return "–"
    match measure.unit:
        case Unit.SHARE:
            return f"{value:.1%}"
        case Unit.SECONDS:
            return f"{value:.1f} s"
        case _:
            return f"{value:g}"
