"""What stands under every report of calls: as of when, whether it adds up, who says so as well."""

from cli.reading import moment
from cli.screen import out
from reports.answer_rate import AnswerRate
from reports.witness import Witness


def print_state(report: AnswerRate) -> None:
    """Print as of when, what still runs, what came late, and every call that does not fit."""
    counts = report.total.counts
    out.print(
        f"\nas of {moment(report.as_of)} (Asia/Shanghai), {counts.running} calls still running; "
        "classes " + ("add up" if report.adds_up else "[red]do not add up[/]")
    )
    out.print(_witness(report.witness))
    if counts.late:
        out.print(
            f"{counts.late} calls changed after they were handed on, and are counted as they are"
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
