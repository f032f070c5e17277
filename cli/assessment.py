"""`assessment`: how units did in a month (月度考核): freeze, appeal, decide, publish, show."""

import re
from datetime import date
from typing import Annotated

import typer

from cli.person import By
from cli.reading import moment, read, write
from cli.screen import out, print_json, print_table
from core.errors import HotlineError
from core.settings import get_settings
from oversight import assessing
from oversight.months import Assessment, Standing, look
from oversight.rules import load_assessment_rules
from oversight.words import AssessmentAct, Decision
from tickets.city import load_city

app = typer.Typer(help="How units did in a month (月度考核).", no_args_is_help=True)
Month = Annotated[str, typer.Argument(help="Which, such as 2026-10.")]
Why = Annotated[str, typer.Option("--why", help="The reason, as it stays in the record.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
_MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])", re.ASCII)


@app.command()
def freeze(month: Month, by: By) -> None:
    """Compute a month that is over and keep it; done by itself on the third of the next."""
    folder, which = get_settings().config_dir, _month(month)
    city, rules = load_city(folder), load_assessment_rules(folder)
    units = write(lambda session: assessing.freeze(session, city, rules, which, by))
    out.print(f"{month} is frozen: {units} units. Appeals are taken for {rules.appeal}.")


@app.command()
def show(month: Month, as_json: AsJson = False) -> None:
    """Show a month: units by their peers, score, band, rank, appeals."""
    folder, which = get_settings().config_dir, _month(month)
    city, rules = load_city(folder), load_assessment_rules(folder)
    found = read(lambda session: look(session, city, rules, which))
    if as_json:
        print_json(as_dict(found))
        return
    rows = [
        (s.row.peers, s.row.unit, s.row.sample, _points(s.final), s.band, s.rank)
        for s in found.standings
    ]
    headings = ("peers", "unit", "tickets", "score", "band", "rank")
    print_table(headings, rows, right="tickets,score,rank")
    until = f", appeals until {moment(found.appeals_until)}" if found.appeals_until else ""
    out.print(f"\n{month} is {found.state}{until}; {found.excluded} tickets excluded by name")
    acts = [
        (e.id, moment(e.at), e.act, e.unit, e.decision or "", f"{e.points:+g}", e.actor, e.reason)
        for e in found.events
        if e.act in (AssessmentAct.APPEAL, AssessmentAct.DECIDE)
    ]
    if acts:
        print_table(("id", "at", "act", "unit", "decision", "points", "by", "why"), acts)


@app.command()
def appeal(
    month: Month,
    unit: Annotated[str, typer.Argument(help="The unit that appeals, by code: ZJJ.")],
    by: By,
    why: Why,
    evidence: Annotated[str, typer.Option(help="Where the evidence is.")],
) -> None:
    """Appeal against a frozen month, for a unit."""
    folder, which = get_settings().config_dir, _month(month)
    city, rules = load_city(folder), load_assessment_rules(folder)
    number = write(
        lambda session: assessing.appeal(session, city, rules, which, unit, by, why, evidence)
    )
    out.print(f"Appeal {number} of {unit} against {month} waits for the panel.")


@app.command()
def decide(
    month: Month,
    number: Annotated[int, typer.Argument(help="The appeal's number.")],
    decision: Annotated[Decision, typer.Argument(help="What the panel says.")],
    by: By,
    why: Why,
    points: Annotated[float, typer.Option(help="What it adds to the score.")] = 0.0,
) -> None:
    """Decide an appeal, once."""
    which = _month(month)
    write(lambda session: assessing.decide(session, which, number, by, decision, why, points))
    out.print(f"Appeal {number} is {decision}.")


@app.command()
def publish(month: Month, by: By) -> None:
    """Publish a month once no appeal can come or waits."""
    folder, which = get_settings().config_dir, _month(month)
    city, rules = load_city(folder), load_assessment_rules(folder)
    write(lambda session: assessing.publish(session, city, rules, which, by))
    out.print(f"{month} is published.")


def as_dict(found: Assessment) -> dict[str, object]:
    """Return a month for programs."""
    return {
        "month": f"{found.month:%Y-%m}",
        "state": found.state,
        "appeals_until": found.appeals_until.isoformat() if found.appeals_until else None,
        "excluded": found.excluded,
        "units": [_unit(standing) for standing in found.standings],
        "undecided": [event.id for event in found.undecided],
    }


def _unit(standing: Standing) -> dict[str, object]:
    row = standing.row
    return {
        "unit": row.unit,
        "peers": row.peers,
        "tickets": row.sample,
        "frozen": row.score,
        "score": standing.final,
        "band": standing.band,
        "rank": standing.rank,
        "parts": row.parts,
    }


def _points(score: float | None) -> str:
    return "–" if score is None else f"{score:.2f}"


def _month(text: str) -> date:
    if not _MONTH.fullmatch(text):
        raise HotlineError(f"{text[:20]!r} is no month. Write it as 2026-10.")
    return date(int(text[:4]), int(text[5:]), 1)
