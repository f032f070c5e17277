"""`transfer`: hand a call over to a partner line, step by step, as an agent's console does."""

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer

from cli import transfer_alerts
from cli.days import day, day_after
from cli.person import By
from cli.reading import moment, read
from cli.screen import out, print_json, print_table
from cli.transfer_hands import Agent, AsJson, Reason, do_and_show
from core.clock import from_epoch, local_day, utc_now
from core.settings import get_settings
from reports.definitions import Unit
from reports.definitions.transfers import TRANSFERS
from reports.transfers import newest_attempts, transfer_counts
from transfers.board import Situation
from transfers.catalogue import catalogue_of, search
from transfers.hints import hints_in, hints_of
from transfers.partners import load_partners
from transfers.service import NoCall, Start, Step, Transfers
from transfers.states import Act, Mode

app = typer.Typer(
    help="Hand a call over to 110, 12348 and the other partner lines.", no_args_is_help=True
)
for command in ("emergency", "alerts", "seen"):
    app.command(command)(getattr(transfer_alerts, command))
AcceptedBy = Annotated[
    str | None, typer.Option("--accepted-by", help="Who takes it on: 12345 or the line's code.")
]
_MODES = (
    "consult: speak to them first; one-key: free as soon as they answer; blind: free at once; "
    "data: only the ticket goes; guidance: the caller was told what to dial."
)


@app.command("lines")
def lines(as_json: AsJson = False) -> None:
    """List the lines a call can be handed over to, with the keys that an agent presses for each."""
    partners = load_partners(get_settings().config_dir)
    if as_json:
        print_json([{"code": p.code, "name": p.name, "dial": p.dial} for p in partners])
        return
    rows = [
        (
            p.code,
            p.name,
            p.dial and f"*7{p.dial}",
            " ".join(p.numbers),
            ", ".join(f"{h.days} {h.times}" for h in p.hours) or "always",
            p.capacity or "any",
            p.answer_timeout,
        )
        for p in partners
    ]
    headings = ("line", "name", "keys", "numbers", "hours", "at once", "rings s")
    print_table(headings, rows, right="at once,rings s")


@app.command("catalogue")
def catalogue(
    words: Annotated[list[str] | None, typer.Argument(help="What the matter is about.")] = None,
    limit: Annotated[int, typer.Option("-n", min=1, max=300, help="How many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Say which matters go to which line (转接事项清单), by any words of theirs."""
    items = catalogue_of(get_settings().config_dir)
    found = search(items, " ".join(words or ()), limit)
    if as_json:
        print_json([asdict(one) for one in found])
        return
    rows = [(f"{one.source} → {one.target}", one.group, one.title) for one in found]
    print_table(("who to whom", "class", "matter"), rows)
    if not found:
        out.print("No agreed matter fits; the two sides decide in a three-party call.")


@app.command("hints")
def hints(
    text: Annotated[str, typer.Argument(help="What the caller said, as an agent notes it.")],
    as_json: AsJson = False,
) -> None:
    """Say what words hint at: danger to life (E1), a hazard (E2), public order (S1)."""
    hits = hints_in(text, hints_of(get_settings().config_dir))
    if as_json:
        print_json([{"code": h.hint.code, "act": h.hint.act, "words": h.words} for h in hits])
        return
    rows = [
        (h.hint.code, h.hint.title, h.hint.act, " ".join(h.words), " ".join(h.hint.to))
        for h in hits
    ]
    print_table(("list", "what", "suggests", "words", "lines"), rows)


@app.command("show")
def show(agent: Agent, as_json: AsJson = False) -> None:
    """Say who hears whom in an agent's call, and what can be done now."""
    do_and_show(lambda hands: _now(hands, agent), as_json)


@app.command("start")
def start(
    agent: Agent,
    partner: Annotated[str, typer.Argument(help="The line's code, see `transfer lines`.")],
    by: By,
    mode: Annotated[Mode, typer.Option("--mode", help=_MODES)] = Mode.CONSULT,
    consent: Annotated[
        bool | None, typer.Option("--consent/--no-consent", help="What the caller said to it.")
    ] = None,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Begin to hand over the call that an agent is in."""
    wanted = Start(agent, partner, mode, by, reason, consent)
    do_and_show(lambda hands: hands.start(wanted), as_json)


@app.command("join")
def join(agent: Agent, by: By, reason: Reason = "", as_json: AsJson = False) -> None:
    """Bring all three together, also one who is on hold."""
    _step(agent, Step(Act.JOIN, by, reason=reason), as_json)


@app.command("hold")
def hold(
    agent: Agent,
    by: By,
    party: Annotated[str, typer.Option("--party", help="citizen or partner.")] = "citizen",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Put the citizen or the partner on hold, with music."""
    if party not in ("citizen", "partner"):
        raise typer.BadParameter("write citizen or partner", param_hint="--party")
    _step(agent, Step(Act.HOLD, by, party, reason=reason), as_json)


@app.command("leave")
def leave(
    agent: Agent,
    by: By,
    accepted_by: AcceptedBy = None,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Let the agent leave the three; citizen and partner go on."""
    _step(agent, Step(Act.LEAVE, by, accepted_by=accepted_by, reason=reason), as_json)


@app.command("complete")
def complete(
    agent: Agent,
    by: By,
    accepted_by: AcceptedBy = None,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Hand over: citizen and partner talk, the agent is free."""
    _step(agent, Step(Act.COMPLETE, by, accepted_by=accepted_by, reason=reason), as_json)


@app.command("cancel")
def cancel(agent: Agent, by: By, reason: Reason = "", as_json: AsJson = False) -> None:
    """Give it up: the partner is let go, agent and citizen talk."""
    _step(agent, Step(Act.CANCEL, by, reason=reason), as_json)


@app.command("report")
def report(
    since: Annotated[str, typer.Option("--from", help="First day; the last 30 if absent.")] = "",
    until: Annotated[str, typer.Option("--to", help="Last day, included.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say by line how many calls were handed over, how well and how fast."""
    after = day_after(until) or local_day(utc_now()) + timedelta(days=1)
    first = day(since) or after - timedelta(days=30)
    found = read(lambda session: transfer_counts(session, first, after))
    if as_json:
        print_json(
            {code: {m.id: m.value(counts) for m in TRANSFERS} for code, counts in found.items()}
        )
        return
    rows = [
        (code, *(_figure(m.value(counts), m.unit) for m in TRANSFERS))
        for code, counts in found.items()
    ]
    print_table(("line", *(m.name_zh for m in TRANSFERS)), rows)
    for measure in TRANSFERS:
        out.print(f"[dim]{measure.name_zh}: {measure.formula}; without {measure.exclusions}.[/]")


@app.command("list")
def list_command(
    limit: Annotated[int, typer.Option("-n", min=1, max=1000, help="How many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List the newest attempts to hand a call over, with who asked for each and how it ended."""
    until = local_day(utc_now()) + timedelta(days=1)
    first = until - timedelta(days=30)
    found = read(lambda session: newest_attempts(session, first, until, limit))
    if as_json:
        print_json([{"call": one.call, **one.told} for one in found])
        return
    rows = [
        (
            moment(from_epoch(one.told["asked"])),
            one.told["partner"],
            one.told["how"],
            one.told["agent"] or "menu",
            one.told["actor"] or "",
            one.told["outcome"],
            one.told["back_to"] or "",
            one.call,
        )
        for one in found
    ]
    print_table(("asked", "line", "how", "agent", "by", "outcome", "back to", "call"), rows)


def _figure(value: float | None, unit: Unit) -> str:
    if value is None:
        return "–"
    return (
        f"{value:.1%}"
        if unit is Unit.SHARE
        else f"{value:.1f}"
        if unit is Unit.SECONDS
        else f"{value:.0f}"
    )


def _step(agent: str, step: Step, as_json: bool) -> None:
    async def work(hands: Transfers) -> Situation:
        return await hands.step((await _now(hands, agent)).call, step)

    do_and_show(work, as_json)


async def _now(hands: Transfers, agent: str) -> Situation:
    leg = hands.hand.board.of_agent(agent)
    if leg is None:
        raise NoCall(f"Agent {agent[:20]} is in no call.")
    return hands.situation(leg.call)
