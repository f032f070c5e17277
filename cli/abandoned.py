"""`abandoned`: who gave up waiting and has to be rung back."""

from typing import Annotated

import typer

from cli.days import day
from cli.reading import moment, read, seconds
from cli.screen import out, print_json, print_table
from core.clock import local_day, utc_now
from core.masking import mask_phone, mask_text
from reports.abandoned import GaveUp, list_abandoned, tally_abandoned
from reports.answer_rate import Period


def abandoned(
    since: Annotated[str, typer.Option("--from", help="First day, such as 2026-11-01.")] = "",
    until: Annotated[str, typer.Option("--to", help="Last day; today if absent.")] = "",
    still_open: Annotated[
        bool, typer.Option("--open", help="Only who did not get through afterwards.")
    ] = False,
    long: Annotated[bool, typer.Option("--long", help="Only who did not give up at once.")] = False,
    limit: Annotated[int, typer.Option("-n", min=1, max=1000, help="How many.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List who gave up waiting (放弃来电), once each, and whether they got through later."""
    last = day(until) or local_day(utc_now())
    period = Period.through(day(since) or last, last)
    recovered, short = (False if still_open else None), (False if long else None)
    found = read(lambda s: list_abandoned(s, period, limit, None, recovered, short))
    if as_json:
        print_json([_as_dict(one) for one in found])
        return
    headings = (
        "call", "began", "caller", "line", "queue", "wait s", "keys", "times", "short", "recovered",
        "ticket",
    )  # fmt: skip
    print_table(headings, [_row(one) for one in found], right="wait s,times")
    tally = read(lambda session: tally_abandoned(session, period))
    out.print(
        f"{tally.callers} callers gave up in {tally.calls} calls, {tally.short} of them at once; "
        f"{tally.recovered} got through within 24 hours, {tally.open} did not"
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
        "ticket": one.ticket_number,
    }
