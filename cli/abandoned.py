"""`abandoned`: who gave up waiting, and ringing them back."""

from datetime import timedelta
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from cli.callbacks import attempts
from cli.days import day
from cli.person import By
from cli.reading import moment, read, seconds, transact
from cli.screen import out, print_json, print_table
from core.clock import local_day, utc_now
from core.errors import HotlineError
from core.masking import mask_phone, mask_text
from core.settings import get_settings
from queues.agents import find_agent, load_agents
from queues.callbacks.orders import SETTLING, Choice, Orders
from queues.callbacks.repository import find
from queues.callbacks.states import CallbackResult, CallbackState
from queues.definitions import load_queues
from reports.abandoned import GaveUp, list_abandoned, longest_to_do, tally_abandoned
from reports.answer_rate import Period

app = typer.Typer(help="Who gave up waiting (放弃来电), and ringing them back.")
_Uid = Annotated[str, typer.Argument(help="The abandoned call, as the list shows it.")]
_Agent = Annotated[str, typer.Argument(help="Whose phone rings first, such as 8013.")]
_Note = Annotated[str, typer.Option("--note", help="A word for the record.")]
_DONE = {
    CallbackState.REACHED: "reached",
    CallbackState.SETTLED: "settled",
    CallbackState.NOT_REACHED: "not reached",
}


@app.callback(invoke_without_command=True)
def abandoned(
    context: typer.Context,
    since: Annotated[str, typer.Option("--from", help="First day, such as 2026-11-01.")] = "",
    until: Annotated[str, typer.Option("--to", help="Last day; today if absent.")] = "",
    still_open: Annotated[
        bool, typer.Option("--open", help="Only those nobody has spoken to since.")
    ] = False,
    long: Annotated[bool, typer.Option("--long", help="Only who did not give up at once.")] = False,
    limit: Annotated[int, typer.Option("-n", min=1, max=1000, help="How many.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List who gave up waiting (放弃来电), once each, and what became of them since."""
    if context.invoked_subcommand:
        return
    last = day(until) or local_day(utc_now())
    period = Period.through(day(since) or last, last)
    to_do, short = (True if still_open else None), (False if long else None)
    found = read(lambda s: list_abandoned(s, period, limit, None, None, short, to_do))
    if as_json:
        print_json([_as_dict(one) for one in found])
        return
    headings = (
        "call", "began", "caller", "line", "queue", "wait s", "keys", "times", "short", "recovered",
        "rung back", "ticket",
    )  # fmt: skip
    print_table(headings, [_row(one) for one in found], right="wait s,times")
    tally = read(lambda session: tally_abandoned(session, period))
    out.print(
        f"{tally.callers} callers gave up in {tally.calls} calls, {tally.short} of them at once; "
        f"{tally.recovered} got through within 24 hours, {tally.reached} were reached, "
        f"{tally.settled} settled; {tally.open} are open, {tally.at_work} of them being rung"
    )


@app.command("next")
def next_command(
    agent: _Agent,
    by: By,
    note: _Note = "",
    days: Annotated[int, typer.Option(min=1, max=31, help="How many days back.")] = 2,
    short: Annotated[bool, typer.Option("--short", help="Also who gave up at once.")] = False,
) -> None:
    """Ring back whoever has waited longest for it; two people at once get two callers."""
    last = local_day(utc_now())
    period = Period.through(last - timedelta(days=days - 1), last)
    kinds = None if short else False
    _ring(lambda session: longest_to_do(session, period, kinds), agent, by, note)


@app.command("order")
def order_command(uid: _Uid, agent: _Agent, by: By, note: _Note = "") -> None:
    """Ring back who gave up in one call: the agent's phone first, then the citizen's."""

    async def this_one(_: AsyncSession) -> str:
        return uid

    _ring(this_one, agent, by, note)


@app.command("result")
def result_command(
    uid: _Uid,
    result: Annotated[str, typer.Argument(help=f"One of: {', '.join(SETTLING)}.")],
    by: By,
    note: _Note = "",
) -> None:
    """Write down what you know of a caller, so that nobody else is sent after them."""
    if result not in SETTLING:
        raise HotlineError(f"{result!r} is not one of: {', '.join(SETTLING)}.")
    said = CallbackResult(result)
    done = transact(lambda sessions: _orders(sessions).settle(uid, said, by, note))
    out.print(f"{mask_phone(done.number) or 'The caller'}: {done.state}, {done.reason}.")


@app.command("attempts")
def attempts_command(
    uid: _Uid, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False
) -> None:
    """Show what was tried to reach the caller of one call, in turn."""
    found = read(lambda session: find(session, uid))
    if found is None:
        raise HotlineError(f"Nothing was tried about the call {uid}.")
    told = attempts(found)
    if as_json:
        print_json(told)
        return
    heads = ("at", "agent", "by", "rang", "result", "note")
    print_table(heads, [tuple(attempt.values()) for attempt in told])


def _ring(choice: Choice, agent: str, by: str, note: str) -> None:
    settings = get_settings()
    find_agent(load_agents(settings, load_queues(settings)), agent)
    made = transact(lambda sessions: _orders(sessions).ring_back(choice, agent, by, note))
    out.print(
        f"{agent} rings back {mask_phone(made.number)} (call {made.call_uid}): their own phone "
        "rings first."
    )


def _orders(sessions: async_sessionmaker[AsyncSession]) -> Orders:
    return Orders.of(get_settings(), sessions)


def _work(one: GaveUp) -> str:
    """Say in few words what people did about a caller."""
    work = one.work
    if work is None:
        return ""
    why = f", {work.reason}" if work.reason else ""
    return f"{_DONE.get(work.state, str(work.state).replace('_', ' '))}{why}" + (
        f" ({work.agent or work.by})" if work.agent or work.by else ""
    )


def _row(one: GaveUp) -> tuple[object, ...]:
    call = one.call
    return (
        call.uid,
        moment(call.started_at),
        mask_phone(call.caller),
        call.line,
        call.queue,
        seconds(call.wait_seconds),
        mask_text(call.keys, call.query_code),
        one.times,
        "short" if one.short else "",
        moment(one.recovered_at),
        _work(one),
        one.ticket_number,
    )


def _as_dict(one: GaveUp) -> dict[str, object]:
    call = one.call
    return {
        "uid": call.uid,
        "started_at": call.started_at.isoformat(),
        "caller": mask_phone(call.caller),
        "line": call.line,
        "queue": call.queue,
        "wait_seconds": call.wait_seconds,
        "keys": mask_text(call.keys, call.query_code),
        "times": one.times,
        "short": one.short,
        "recovered_by": one.recovered_by,
        "recovered_at": one.recovered_at.isoformat() if one.recovered_at else None,
        "work": _work_dict(one),
        "ticket": one.ticket_number,
    }


def _work_dict(one: GaveUp) -> dict[str, object] | None:
    work = one.work
    if work is None:
        return None
    told = {name: getattr(work, name) for name in ("call_uid", "state", "agent", "by", "reason")}
    return told | {"tries": work.tries, "attempts": len(work.attempts)}
