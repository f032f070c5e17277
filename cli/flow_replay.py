"""`flow replay`: what a flow and a staff would have done with the calls of a past day."""

import asyncio
from typing import Annotated

import typer

from cli.days import day as read_day
from cli.flow_life import written
from cli.flow_options import AsJson, What
from cli.reading import read, seconds
from cli.screen import Step, out, print_json, print_table
from core.settings import get_settings
from foresight.history import Source
from foresight.replay.question import Answer, Question, Row, as_dict
from foresight.replay.reading import read_past
from foresight.replay.stage import Stage
from reports.definitions import Unit

SYNTHETIC = "synthetic"


def replay(
    name: What,
    day: Annotated[str, typer.Option(help="A past day such as 2026-11-24, or synthetic.")],
    agents: Annotated[
        int | None,
        typer.Option(min=0, max=10_000, help="So many all day; those who were there if absent."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Another number is another chance.")] = 1,
    runs: Annotated[int, typer.Option(min=1, max=50, help="Repetitions.")] = 3,
    after_call: Annotated[
        float | None,
        typer.Option(min=0, max=3600, help="Seconds of work after a talk; as measured if absent."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Send a past day's calls through a flow, with other staff, and say how it would have gone."""
    settings = get_settings()
    stage = Stage.of(settings)
    draft = stage.draft(written(settings, name))
    when = None if day == SYNTHETIC else read_day(day)
    if when is None:
        past = asyncio.run(stage.invent(seed))
    else:
        past = read(lambda session: read_past(session, when))
    question = Question(draft, agents, runs, seed, after_call)
    if as_json:
        print_json(as_dict(asyncio.run(stage.ask(question, past))))
        return
    with Step(f"{len(past.calls)} calls, {2 * runs} times") as step:
        found = asyncio.run(
            stage.ask(question, past, lambda done, of: step.note(f"{done} of {of} days"))
        )
    _print(found)


def _print(found: Answer) -> None:
    staff = f"{found.agents} agents" if found.agents is not None else "the agents who were there"
    out.print(
        f"[bold]{found.flow}[/] with {staff} (at most {found.most_agents} at a time), "
        f"{found.calls} calls of {found.day}, the mean of {found.runs} runs:"
    )
    headings = ("", "measure", "happened", "this method", "error", "predicted", "least", "most")
    print_table(headings, map(_row, found.rows), right=",".join(headings[2:]))
    if found.source is Source.SYNTHETIC:
        out.print("[yellow]Invented:[/] the day follows the general profile, it never was.")
    out.print(
        "\n“this method” relives the day on the flows its calls ran on, with the agents who were "
        "there; its error against what happened is the error to expect of the prediction, and more "
        "the farther flow and staff lie from that day's."
    )
    out.print(
        f"Patience: {found.gave_up} of {found.waited} who waited gave up (Kaplan–Meier; beyond the "
        f"longest wait exponential, mean {found.patience:.0f} s). Work after a talk: "
        f"{found.after_call:.0f} s. Every agent serves every queue."
    )


def _row(row: Row) -> tuple[str, ...]:
    def shown(value: float | None) -> str:
        return _figure(row.measure.unit, value)

    return (
        row.measure.name_zh,
        row.measure.name_en,
        shown(row.happened),
        shown(row.relived),
        _error(row.measure.unit, row.error),
        shown(row.predicted),
        shown(row.least),
        shown(row.most),
    )


def _figure(unit: Unit, value: float | None) -> str:
    if value is None:
        return "–"
    if unit is Unit.SHARE:
        return f"{value:.2%}"
    return f"{seconds(value)} s" if unit is Unit.SECONDS else f"{value:.0f}"


def _error(unit: Unit, value: float | None) -> str:
    if value is None:
        return "–"
    if unit is Unit.SHARE:
        return f"{value * 100:+.2f} pp"
    return f"{value:+.1f} s" if unit is Unit.SECONDS else f"{value:+.0f}"
