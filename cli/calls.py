"""`calls`: the newest calls, or one with the switch's own lines about it."""

from collections.abc import Iterator
from typing import Annotated

import typer

from cli.reading import moment, read, seconds
from cli.screen import out, print_json, print_table
from cli.timeline import Timeline, event_of
from core.errors import HotlineError
from core.masking import mask_phone
from reports.calls import CallInFull, get_call, list_calls
from reports.repository import CallInList


def calls(
    uid: Annotated[str, typer.Argument(help="A call's uid; all calls if absent.")] = "",
    limit: Annotated[int, typer.Option("-n", min=1, max=1000, help="How many.")] = 20,
    raw: Annotated[
        bool, typer.Option("--raw", help="With a uid: the lines as the switch wrote them.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show the newest calls, or one call and what happened to it, step by step."""
    if uid:
        _show_one(uid, raw, as_json)
        return
    found = read(lambda session: list_calls(session, limit))
    if as_json:
        print_json([_as_dict(row) for row in found])
        return
    rows = [
        (
            row.call.uid,
            moment(row.call.started_at),
            row.call.line,
            mask_phone(row.call.caller),
            row.call.keys,
            row.call.outcome or "running",
            row.call.agent,
            seconds(row.call.wait_seconds),
            seconds(row.call.talk_seconds),
            row.ticket_number,
        )
        for row in found
    ]
    headings = (
        "call", "began", "line", "caller", "keys", "outcome", "agent", "wait s", "talk s", "ticket",
    )  # fmt: skip
    print_table(headings, rows, right="wait s,talk s")
    if not rows:
        out.print("There are no calls yet. Place one: ./hotline call 12345")


def _show_one(uid: str, raw: bool, as_json: bool) -> None:
    found = read(lambda session: get_call(session, uid))
    if found is None:
        raise HotlineError(f"No call {uid} has arrived. ./hotline calls lists the newest.")
    if as_json:
        print_json(_as_dict(found.summary) | {"events": _lines(found)})
        return
    for name, value in _as_dict(found.summary).items():
        if value not in (None, ""):
            out.print(f"{name:>16}  {value}", markup=False)
    if found.recording:
        length = seconds(found.recording.seconds)
        out.print(f"{'recording':>16}  {found.recording.path or ''} {length} s", markup=False)
    if raw:
        lines = ((e["at"], e["kind"], e["line"]) for e in _lines(found))
        print_table(("at", "kind", "line"), lines)
        return
    print_table(("at", "second", "what happened"), _steps(found), right="second")
    out.print("--raw shows the lines as the switch wrote them.")


def _steps(found: CallInFull) -> Iterator[tuple[str, str, str]]:
    story = Timeline(found.summary.call.started_at.timestamp())
    for kept in found.events:
        event = event_of(kept.line)
        sentence = story.sentence(event) if event else None
        if event and sentence:
            yield moment(kept.at) or "", f"{story.offset(event):.1f}", sentence


def _lines(found: CallInFull) -> list[dict[str, object]]:
    return [
        {"at": moment(event.at), "kind": event.kind, "line": _masked(event.line, found)}
        for event in found.events
    ]


def _masked(line: str, found: CallInFull) -> str:
    """The switch's lines name the caller in full; here nobody needs to know."""
    caller = found.summary.call.caller
    return line.replace(caller, mask_phone(caller) or "") if caller else line


def _as_dict(row: CallInList) -> dict[str, object]:
    call = row.call
    return {
        "uid": call.uid,
        "line": call.line,
        "caller": mask_phone(call.caller),
        "started_at": call.started_at.isoformat(),
        "ended_at": call.ended_at.isoformat() if call.ended_at else None,
        "outcome": call.outcome,
        "flow": call.flow_version,
        "keys": call.keys,
        "queue": call.queue,
        "agent": call.agent,
        "wait_seconds": call.wait_seconds,
        "talk_seconds": call.talk_seconds,
        "rating": call.rating,
        "survival": call.survival,
        "ticket": row.ticket_number,
        "recording": row.recording,
    }
