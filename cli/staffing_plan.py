"""`staffing plan`: the forecast of a day and the agents it takes, interval by interval."""

from dataclasses import asdict
from datetime import timedelta
from enum import IntEnum
from typing import Annotated

import typer

from cli.days import day as read_day
from cli.reading import moment, read, seconds
from cli.screen import out, print_json, print_table
from core.clock import local, local_day, utc_now
from core.settings import get_settings
from foresight.backtest import Accuracy
from foresight.definitions import PREDICTIONS, Prediction
from foresight.history import Source
from foresight.plan import USUAL_WISH, Interval, Plan, Wish, invent_plan, plan_day
from foresight.service import USUAL_AFTER_CALL
from foresight.sizing import STANDARD, Goal
from tickets.calendar import load_workdays

Share = Annotated[float, typer.Option("--goal", min=0.01, max=0.9999, help="Share answered …")]
Limit = Annotated[float, typer.Option("--within", min=0, max=3600, help="… within seconds.")]
Shrinkage = Annotated[
    float, typer.Option(min=0, max=0.9, help="Share of paid time away from the phone.")
]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
_HEADINGS = (
    "from", "calls", "erlang", "agents", "roster", "answered", "in time", "mean wait", "busy",
)  # fmt: skip


class Minutes(IntEnum):
    """How long an interval can be."""

    QUARTER = 15
    HALF = 30
    HOUR = 60


def plan(
    day: Annotated[str, typer.Option(help="Such as 2026-11-25; tomorrow if absent.")] = "",
    interval: Annotated[Minutes, typer.Option(help="Minutes of a row.")] = Minutes.QUARTER,
    share: Share = STANDARD.share,
    limit: Limit = STANDARD.limit,
    shrinkage: Shrinkage = USUAL_WISH.shrinkage,
    after_call: Annotated[
        float, typer.Option(min=0, max=3600, help="Seconds of work after a talk.")
    ] = USUAL_AFTER_CALL,
    least: Annotated[int, typer.Option(min=0, max=1000, help="Never fewer agents.")] = 1,
    most_busy: Annotated[
        float, typer.Option(min=0.1, max=1, help="Highest share of their time agents are busy.")
    ] = STANDARD.occupancy,
    synthetic: Annotated[
        bool, typer.Option("--synthetic", help="From invented days, without the database.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Forecast a day's calls and say how many agents it takes in each interval."""
    workdays = load_workdays(get_settings().config_dir / "calendar.toml")
    when = read_day(day) or local_day(utc_now()) + timedelta(days=1)
    wish = Wish(Goal(share, limit, most_busy, least), int(interval), shrinkage, after_call)
    if synthetic:
        found = invent_plan(when, workdays, wish)
    else:
        found = read(lambda session: plan_day(session, when, workdays, wish))
    if as_json:
        print_json(_as_dict(found))
    else:
        _print(found)


def _print(found: Plan) -> None:
    print_table(_HEADINGS, map(_row, found.intervals), right=",".join(_HEADINGS))
    hours = found.wish.minutes / 60
    goal, service = found.wish.goal, found.service
    out.print(
        f"\n{found.day}, {found.kind}"
        + (" (the year's holidays are not announced yet)" if found.provisional else "")
        + f": {sum(one.calls for one in found.intervals):.0f} calls, "
        f"{sum(one.agents for one in found.intervals) * hours:.0f} agent hours at the phone, "
        f"{sum(one.scheduled for one in found.intervals) * hours:.0f} on the roster "
        f"(shrinkage {found.wish.shrinkage:.0%})"
    )
    out.print(
        f"goal {goal.share:.0%} within {goal.limit:g} s; handling {service.handling:.0f} s "
        f"({_told(service.busy_from)} talk {service.busy:.0f} s, work after it as told "
        f"{service.after_call:.0f} s); {_told(service.patience_from)} patience "
        f"{service.patience:.0f} s"
    )
    if found.source is Source.SYNTHETIC:
        out.print(
            "[yellow]Invented:[/] the days this was learned from follow the general profile, "
            "they are not this hotline's."
        )
    out.print(_error(found.accuracy, found.known_days))
    out.print(f"as of {moment(found.as_of)} (Asia/Shanghai)\n")
    for one in PREDICTIONS:
        out.print(_definition(one))


def _row(one: Interval) -> tuple[object, ...]:
    return (
        f"{local(one.begin):%H:%M}",
        f"{one.calls:.1f}",
        f"{one.load:.1f}",
        one.agents,
        one.scheduled,
        f"{one.expected.answer:.2%}",
        f"{one.expected.within:.2%}",
        seconds(one.expected.mean_wait),
        f"{one.expected.occupancy:.0%}",
    )


def _told(source: Source) -> str:
    return "measured" if source is Source.LEDGER else "assumed"


def _error(accuracy: Accuracy | None, days: int) -> str:
    if accuracy is None:
        return f"Learned from {days} days, too few to say how wrong the forecast is."
    copied = "" if accuracy.last_week is None else f", {accuracy.last_week:.1%} by last week's"
    return (
        f"Learned from {days} days. A week ahead, over the last {accuracy.days} days, the forecast "
        f"missed by {accuracy.wape:.1%} of the calls of an interval (chance alone: "
        f"{accuracy.chance:.1%}{copied}), {accuracy.wape_day:.1%} of a day's, bias "
        f"{accuracy.bias:+.1%}."
    )


def _definition(one: Prediction) -> str:
    predicts = f" · predicts {one.measure}" if one.measure else ""
    return (
        f"[bold]{one.name_zh}[/] {one.name_en}: {one.formula}  "
        f"[dim]{one.id}{predicts} · {one.source}[/]"
    )


def _as_dict(found: Plan) -> dict[str, object]:
    return {
        "day": found.day,
        "kind": found.kind,
        "provisional": found.provisional,
        "source": found.source,
        "known_days": found.known_days,
        "as_of": found.as_of.isoformat(),
        "wish": asdict(found.wish),
        "service": asdict(found.service),
        "accuracy": found.accuracy and asdict(found.accuracy),
        "intervals": [_interval(one) for one in found.intervals],
        "definitions": [asdict(one) for one in PREDICTIONS],
    }


def _interval(one: Interval) -> dict[str, object]:
    expected = one.expected
    return {
        "begin": local(one.begin).isoformat(),
        "calls": round(one.calls, 3),
        "load": round(one.load, 3),
        "agents": one.agents,
        "scheduled": one.scheduled,
        "answer": expected.answer,
        "within": expected.within,
        "abandon": expected.abandon,
        "mean_wait": expected.mean_wait,
        "occupancy": expected.occupancy,
    }
