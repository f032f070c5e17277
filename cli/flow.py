"""`flow`: look at call flows before citizens hear them: lint, dial, test, diff, schema.

The commands of a flow's life (versions, drafts, publishing) are in files of their own.
"""

import asyncio
import dataclasses
from typing import Annotated

import typer
from rich.markup import escape

from cli import flow_at, flow_canary, flow_drafts, flow_life, flow_publish
from cli.dialling import HELP, TerminalPeople, tell
from cli.flow_life import written
from cli.flow_options import AsJson, What, instant
from cli.flow_replay import replay
from cli.screen import out, print_json, print_table
from core.settings import Settings, get_settings
from ivr.compiler import compile_flow
from ivr.differences import differences
from ivr.flow import Flow
from ivr.lint import Finding, Severity, lint_text, load_surroundings
from ivr.scenarios import Verdict, load_scenarios, run_scenario
from ivr.schema import flow_schema
from ivr.simulator import Arrival, simulate
from ivr.sounds import load_sounds
from ivr.stocktaking import take_stock
from ivr.store import flow_files
from ivr.timetable_file import load_timetable
from tickets.calendar import Workdays, load_workdays

app = typer.Typer(help="Call flows: check, try, publish, take back.", no_args_is_help=True)
app.command("at")(flow_at.at)

Names = Annotated[str, typer.Argument(help="As for the others; all files of flows if absent.")]


@app.callback()
def _flows() -> None:
    """Call flows: check, try, publish them, take them back."""


@app.command()
def lint(name: Names = "", as_json: AsJson = False) -> None:
    """Say what a flow does to its callers. Exit code 1 when something is red."""
    settings = get_settings()
    inventory, around = take_stock(settings), load_surroundings(settings)
    found: list[tuple[str, Finding]] = []
    for flow in [name] if name else _names(settings):
        file = written(settings, flow)
        findings = lint_text(file.text, file.path, file.name, inventory, around)
        found += [(str(file.path), one) for one in findings]
    if as_json:
        print_json([{"file": path, **dataclasses.asdict(one)} for path, one in found])
    else:
        _print_findings(found)
    if any(one.severity is Severity.RED for _, one in found):
        raise typer.Exit(1)


def _print_findings(found: list[tuple[str, Finding]]) -> None:
    if not found:
        out.print("[green]Nothing to say against it.[/]")
        return
    rows = [
        (
            f"[{one.severity}]{one.severity}[/]",
            escape(f"{path}:{one.line or 1}"),
            one.rule,
            escape(one.sentence),
        )
        for path, one in found
    ]
    print_table(("", "where", "rule", "what"), rows)


@app.command()
def dial(
    name: What,
    caller: Annotated[str, typer.Option("--from", help="The caller's number.")] = Arrival().caller,
    at: Annotated[str, typer.Option(help="When: 2026-11-28 03:00; now if absent.")] = "",
) -> None:
    """Call a flow from this terminal: read the prompts, type the keys."""
    settings = get_settings()
    flow, sounds = _compiled(settings, name), load_sounds(settings)
    arrival = Arrival(
        caller, instant(at), workdays=_workdays(settings), timetable=load_timetable(settings)
    )
    out.print(f"[dim]{HELP}[/]")
    story = asyncio.run(
        simulate(
            flow,
            TerminalPeople(input),
            sounds,
            arrival,
            lambda line: out.print(tell(line, sounds), markup=False),
        )
    )
    out.print(f"  ended as [bold]{story.end}[/] after {story.seconds:.0f} s")


@app.command("test")
def run_scenarios(name: Names = "") -> None:
    """Run the scenarios beside a flow on the simulator. Exit code 1 when one does not come true."""
    settings = get_settings()
    verdicts = [
        (flow, verdict)
        for flow in ([name] if name else _names(settings))
        for verdict in _verdicts(settings, flow)
    ]
    rows = [
        (
            "[red]✗[/]" if verdict.faults else "[green]✓[/]",
            flow,
            escape(verdict.scenario.name),
            escape(" ".join(verdict.faults)),
        )
        for flow, verdict in verdicts
    ]
    print_table(("", "flow", "scenario", "what did not come true"), rows)
    failed = sum(bool(verdict.faults) for _, verdict in verdicts)
    out.print(f"{len(verdicts) - failed} of {len(verdicts)} came true.")
    if failed or not verdicts:
        raise typer.Exit(1)


def _verdicts(settings: Settings, name: str) -> list[Verdict]:
    flow, sounds, workdays = _compiled(settings, name), load_sounds(settings), _workdays(settings)
    timetable = load_timetable(settings)
    found = load_scenarios(settings, flow.name, take_stock(settings))

    async def run_all() -> list[Verdict]:
        scenarios = found.scenarios if found else ()
        return [await run_scenario(flow, one, sounds, workdays, timetable) for one in scenarios]

    return asyncio.run(run_all())


app.command()(replay)


@app.command()
def diff(old: What, new: What, as_json: AsJson = False) -> None:
    """Say in words what differs between two versions of a flow."""
    settings = get_settings()
    found = differences(written(settings, old), written(settings, new))
    if as_json:
        print_json([dataclasses.asdict(one) for one in found])
    elif found:
        print_table(
            ("node", "line", "what"), [(escape(d.node), d.line, escape(d.sentence)) for d in found]
        )
    else:
        out.print("Both say the same.")


@app.command()
def schema() -> None:
    """Print the JSON Schema of flow files, for editors."""
    print_json(flow_schema())


app.command("list")(flow_life.list_)
app.command()(flow_life.versions)
app.command("import")(flow_drafts.import_)
app.command()(flow_life.export)
app.add_typer(flow_drafts.app, name="draft")
app.command()(flow_drafts.review)
app.command()(flow_publish.publish)
app.command()(flow_publish.rollback)
app.command()(flow_publish.alias)
app.command()(flow_canary.canary)


def _names(settings: Settings) -> list[str]:
    return [path.stem for path in flow_files(settings.config_dir / "flows")]


def _compiled(settings: Settings, name: str) -> Flow:
    found = written(settings, name)
    return compile_flow(found.text, found.path, found.name, take_stock(settings))


def _workdays(settings: Settings) -> Workdays:
    return load_workdays(settings.config_dir / "calendar.toml")
