"""`ledger`: every call made again from the switch's own lines, to compare or to mend."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from cli.days import day, day_after
from cli.reading import read, transact
from cli.screen import Steps, errors, out, print_json, print_table
from core.errors import HotlineError
from core.masking import mask_text
from core.settings import get_settings
from queues.ledger.facts import Rules
from queues.ledger.rebuild import Rebuilt, rebuild
from queues.ledger.remaking import Days
from queues.ledger.verify import RUNNING, Difference, Findings, verify
from reports.miscounts import miscounted
from reports.recount import mark_days, recount
from tickets.outcomes import Outcome

app = typer.Typer(help="Figures anyone can derive again.", no_args_is_help=True)

_Since = Annotated[
    str, typer.Option("--from", help="First day, such as 2026-11-01; all if absent.")
]
_Until = Annotated[str, typer.Option("--to", help="Last day; all if absent.")]
_BESIDE = {
    "callback": "call-backs",
    "agent_event": "lines about agents",
    "agent_leg": "legs of their phones",
}
_Json = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command("verify")
def verify_command(since: _Since = "", until: _Until = "", as_json: _Json = False) -> None:
    """Derive every call again and list what differs. Exit code 1 if anything does."""
    days = Days(day(since), day_after(until))
    findings = _verify(days, as_json)
    wrong_counts = read(lambda session: miscounted(session, days.since, days.until))
    if as_json:
        print_json(_as_dict(findings) | {"miscounted": wrong_counts})
    else:
        _print(findings)
        out.print(f"{wrong_counts} rows of counted half-hours, hours and days differ")
    if wrong_counts or not findings.holds:
        raise typer.Exit(1)


@app.command("rebuild")
def rebuild_command(
    since: _Since = "",
    until: _Until = "",
    yes: Annotated[bool, typer.Option("--yes", help="Write without asking.")] = False,
    as_json: _Json = False,
) -> None:
    """Write again what differs from the switch's lines. Exit code 1 if anything is left."""
    days = Days(day(since), day_after(until))
    if not yes:
        _ask(days, as_json)
    done = _rebuild(days, as_json)
    counted = transact(lambda sessions: _count_anew(sessions, days))
    if as_json:
        print_json(asdict(done) | {"half_hours_counted": counted})
    else:
        out.print(f"{done.written} of {done.calls:,} calls written, {done.tickets} tickets opened")
        out.print(f"{done.beside} rows of call-backs and of agents' time written")
        out.print(f"{counted:,} half-hours counted anew")
    for uid, reason in done.refused.items():
        errors.print(f"call {uid}: {mask_text(reason)}", style="red", markup=False)
    if done.left:
        errors.print(f"[red]{done.left} left as they are: ./hotline ledger verify lists them[/]")
        raise typer.Exit(1)


async def _count_anew(sessions: async_sessionmaker[AsyncSession], days: Days) -> int:
    """Count all half-hours of these days again, whether or not anything was written."""
    async with sessions.begin() as session:
        await mark_days(session, days.since, days.until)
    return await recount(sessions)


def _ask(days: Days, as_json: bool) -> None:
    """Let a person decide, knowing how much it is."""
    if as_json:
        raise HotlineError("--json asks nothing. Add --yes to write what differs.")
    findings = _verify(days, quiet=False)
    _print(findings)
    wrong = findings.differing + findings.beside_differing
    if not wrong:
        raise typer.Exit
    typer.confirm(f"Write {wrong} calls and rows beside them again?", abort=True)


def _verify(days: Days, quiet: bool) -> Findings:
    rules = Rules.of(get_settings())
    if quiet:
        return read(lambda session: verify(session, rules, days))
    with Steps().working("Deriving every call from its lines") as step:
        return read(lambda session: verify(session, rules, days, lambda f: step.note(_so_far(f))))


def _rebuild(days: Days, quiet: bool) -> Rebuilt:
    rules = Rules.of(get_settings())
    if quiet:
        return read(lambda session: rebuild(session, rules, days))
    with Steps().working("Writing what differs") as step:
        return read(
            lambda session: rebuild(session, rules, days, lambda d: step.note(str(d.calls)))
        )


def _so_far(findings: Findings) -> str:
    return f"{findings.calls:,} calls, {findings.differing:,} differ"


def _print(findings: Findings) -> None:
    classes = dict.fromkeys([*Outcome, RUNNING, *findings.stored, *findings.derived])
    counted = [(name, findings.stored[name], findings.derived[name]) for name in classes]
    rows = [row for row in counted if row[1] or row[2]]
    total = ("arrivals", findings.rows, findings.arrivals)
    print_table(("class", "stored", "derived"), [*rows, total], right="stored,derived")
    out.print("classes add up" if findings.adds_up else "[red]classes do not add up[/]")
    out.print(f"{findings.tickets} tickets, {findings.differing} calls differ")
    beside = ", ".join(f"{count:,} {_BESIDE[table]}" for table, count in findings.beside.items())
    out.print(f"{beside or 'nothing beside calls'}; {findings.beside_differing} differ")
    shown = [(d.uid, d.column, _shown(d.stored), _shown(d.derived)) for d in findings.differences]
    if shown:
        print_table(("call", "column", "stored", "derived"), shown)


def _as_dict(findings: Findings) -> dict[str, object]:
    return {
        "holds": findings.holds,
        "adds_up": findings.adds_up,
        "calls": findings.calls,
        "arrivals": findings.arrivals,
        "rows": findings.rows,
        "tickets": findings.tickets,
        "stored": findings.stored,
        "derived": findings.derived,
        "differing": findings.differing,
        "beside": findings.beside,
        "beside_differing": findings.beside_differing,
        "differences": [_difference(d) for d in findings.differences],
    }


def _difference(found: Difference) -> dict[str, object]:
    stored, derived = _shown(found.stored), _shown(found.derived)
    return {"uid": found.uid, "column": found.column, "stored": stored, "derived": derived}


def _shown(value: object) -> str | None:
    """Show a value without anybody's number."""
    if value is None:
        return None
    return mask_text(value.isoformat() if isinstance(value, datetime) else str(value))
