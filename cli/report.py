"""`report`: published figures, each printed with its definition."""

from dataclasses import asdict
from typing import Annotated

import typer

from cli.days import day
from cli.reading import moment, read, seconds
from cli.screen import out, print_json, print_table
from core.clock import local_day, utc_now
from core.masking import mask_phone
from reports.alarms import alarms
from reports.answer_rate import AnswerRate, Period, ReportRow, answer_rate, calls_behind
from reports.definitions import Measure, Unit
from reports.rolling import REQUIRED, Rolling, Window, rolling
from reports.selections import Grouping
from reports.witness import Witness

# Shares and times that stand in the table; --all shows the others.
_HEADLINES = (
    "answer_rate_gross",
    "answer_rate_net",
    "answered_in_15s_over_offered",
    "answered_in_15s_over_answered",
    "mean_wait_answered",
    "mean_wait_abandoned",
)

app = typer.Typer(help="Published figures, with their definitions.", no_args_is_help=True)


@app.callback()
def _reports() -> None:
    """Published figures, with their definitions."""


@app.command("answer-rate")
def answer_rate_command(
    since: Annotated[str, typer.Option("--from", help="First day, such as 2026-11-01.")] = "",
    until: Annotated[str, typer.Option("--to", help="Last day; today if absent.")] = "",
    by: Annotated[Grouping, typer.Option(help="What a row stands for.")] = Grouping.DAY,
    behind: Annotated[str, typer.Option(help="List the calls behind a number: answered, …")] = "",
    row: Annotated[str, typer.Option(help="Only of this row, with --behind.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Every measure, of the total.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """接通率: how many of those who asked for a human got one."""
    today = local_day(utc_now())
    last = day(until) or today
    period = Period.through(day(since) or last, last)
    if behind:
        _print_calls(period, behind, by, row, as_json)
        return
    report = read(lambda session: answer_rate(session, period, by))
    if as_json:
        print_json(_as_dict(report))
        return
    if every:
        _print_all(report)
    else:
        _print(report)
    _print_state(report)


@app.command("rolling-24h")
def rolling_command(
    since: Annotated[str, typer.Option("--from", help="First day, such as 2026-11-01.")] = "",
    until: Annotated[str, typer.Option("--to", help="Last day; today if absent.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """连续24小时接通率: any 24 hours against GB/T 33358's 95 %. Exit code 1 below it."""
    last = day(until) or local_day(utc_now())
    period = Period.through(day(since) or last, last)
    found = read(lambda session: rolling(session, period))
    if as_json:
        print_json(_rolling_as_dict(found))
    else:
        _print_rolling(found)
    if found.short:
        raise typer.Exit(1)


@app.command("alarms")
def alarms_command(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Calls that keep figures from adding up, of whatever day. Exit code 1 if there are any."""
    found = read(alarms)
    if as_json:
        print_json([asdict(alarm) for alarm in found])
    elif found:
        print_table(("day", "call", "why"), [(a.day, a.uid, a.why) for a in found])
    else:
        out.print("All figures add up.")
    if found:
        raise typer.Exit(1)


def _print_all(report: AnswerRate) -> None:
    rows = [
        (m.name_zh, m.name_en, _figure(m, report.total.figures[m.id]), m.formula)
        for m in report.definitions
    ]
    print_table(("", "measure", "total", "formula"), rows, right="total")


def _print_rolling(found: Rolling) -> None:
    rows = [
        (moment(w.begin), moment(w.end), _figure(found.measure, w.value), w.human_requests)
        for w in found.short or ([found.worst] if found.worst else [])
    ]
    print_table(("from", "until", found.measure.name_zh, "human requests"), rows)
    out.print(
        f"{len(found.short)} of {len(found.windows)} windows of 24 hours below {REQUIRED:.0%} "
        f"as of {moment(found.as_of)}\n{_definition(found.measure)}"
    )


def _rolling_as_dict(found: Rolling) -> dict[str, object]:
    return {
        "as_of": found.as_of.isoformat(),
        "measure": {"id": found.measure.id, "version": found.measure.version},
        "required": REQUIRED,
        "windows": len(found.windows),
        "worst": _window(found.worst) if found.worst else None,
        "short": [_window(window) for window in found.short],
    }


def _window(window: Window) -> dict[str, object]:
    return {
        "from": window.begin.isoformat(),
        "until": window.end.isoformat(),
        "value": window.value,
        "human_requests": window.human_requests,
    }


def _print(report: AnswerRate) -> None:
    shown = [m for m in report.definitions if _matters(m, report.total)]
    rows = [
        (row.key or "(no queue)", *(_figure(m, row.figures[m.id]) for m in shown))
        for row in [*report.rows, report.total]
    ]
    headings = (report.grouping.value, *(m.name_zh for m in shown))
    print_table(headings, rows, right=",".join(m.name_zh for m in shown))
    out.print()
    for measure in shown:
        out.print(_definition(measure))


def _print_state(report: AnswerRate) -> None:
    out.print(
        f"\nas of {moment(report.as_of)} (Asia/Shanghai), "
        f"{report.total.counts.running} calls still running; classes "
        + ("add up" if report.adds_up else "[red]do not add up[/]")
    )
    out.print(_witness(report.witness))
    if late := report.total.counts.late:
        out.print(
            f"{late} calls changed after they were handed on, and are counted as they are now"
        )
    for offender in report.offenders:
        out.print(f"[red]call {offender.call.uid} does not fit its class[/]")
    for doubt in report.witness.doubts:
        out.print(f"[red]call {doubt.uid} {doubt.why}[/]")


def _witness(told: Witness) -> str:
    if told.as_of is None:
        return "the switch's own lines were not asked yet"
    days = f", {told.unheard} days not asked yet" if told.unheard else ""
    return (
        f"by the switch's own lines, as of {moment(told.as_of)}{days}: {told.arrivals} arrivals, "
        f"{told.answered} of them joined with somebody after an agent picked up"
    )


def _definition(measure: Measure) -> str:
    return (
        f"[bold]{measure.name_zh}[/] {measure.name_en}: {measure.formula}  "
        f"[dim]{measure.id} v{measure.version} · {measure.source}[/]"
    )


def _matters(measure: Measure, total: ReportRow) -> bool:
    """A table of all measures would be too wide, and so would classes in which no call ended."""
    if measure.unit is Unit.CALLS:
        return bool(total.figures[measure.id])
    return measure.id in _HEADLINES


def _figure(measure: Measure, value: float | None) -> str:
    if value is None:
        return "–"
    if measure.unit is Unit.SHARE:
        return f"{value:.2%}"
    return seconds(value) if measure.unit is Unit.SECONDS else f"{value:.0f}"


def _print_calls(period: Period, behind: str, by: Grouping, row: str, as_json: bool) -> None:
    key = row or None
    found = read(
        lambda session: calls_behind(session, period, behind, by if key else None, key, limit=1000)
    )
    rows = [
        (c.call.uid, moment(c.call.started_at), mask_phone(c.call.caller), c.call.outcome)
        for c in found
    ]
    if as_json:
        print_json([{"uid": uid, "began": began, "outcome": o} for uid, began, _, o in rows])
    else:
        print_table(("call", "began", "caller", "outcome"), rows)
        out.print(f"{len(rows)} calls behind {behind}")


def _as_dict(report: AnswerRate) -> dict[str, object]:
    return {
        "from": report.period.since,
        "to": report.period.last,
        "by": report.grouping,
        "as_of": report.as_of.isoformat(),
        "running": report.total.counts.running,
        "adds_up": report.adds_up,
        "rows": [{"key": row.key, **row.figures} for row in report.rows],
        "total": report.total.figures,
        "definitions": [
            {
                "id": m.id,
                "version": m.version,
                "name_zh": m.name_zh,
                "name_en": m.name_en,
                "formula": m.formula,
                "unit": m.unit,
                "exclusions": m.exclusions,
                "source": m.source,
            }
            for m in report.definitions
        ],
        "offenders": [offender.call.uid for offender in report.offenders],
        "witness": asdict(report.witness),
    }
