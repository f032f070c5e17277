"""`callbacks`: what was promised to citizens, and what became of it."""

from datetime import datetime
from typing import Annotated

import typer

from cli.reading import moment, read, seconds
from cli.reports.figures import Json, Since, Until, period
from cli.screen import out, print_json, print_table
from core.errors import HotlineError
from core.masking import mask_phone, mask_text
from queues.callbacks.models import Callback
from queues.callbacks.repository import find
from recordings.models import Recording
from reports.callbacks import Behind, list_callbacks, talk_of

app = typer.Typer(help="Call-backs (预约回拨): what was promised, and what became of it.")
_Behind = Annotated[Behind, typer.Option(help="The number of the report that counted them.")]
_COLUMNS = (
    "call_uid", "source", "state", "agent", "by", "reason", "tries", "missed", "taken_at",
    "promised_until", "reached_at", "ended_at",
)  # fmt: skip


@app.callback(invoke_without_command=True)
def callbacks(
    context: typer.Context,
    since: Since = "",
    until: Until = "",
    behind: _Behind = Behind.ALL,
    limit: Annotated[int, typer.Option("-n", min=1, max=1000, help="How many.")] = 50,
    as_json: Json = False,
) -> None:
    """List call-backs, the newest promise first."""
    if context.invoked_subcommand:
        return
    days = period(since, until)
    found = read(lambda session: list_callbacks(session, days, behind, limit))
    if as_json:
        print_json([_as_dict(one) for one in found])
        return
    heads = ("call", "promised", "by", "number", "state", "agent", "tries", "reached", "why")
    print_table(heads, [_row(one) for one in found], right="tries")
    out.print(f"{len(found)} call-backs. Figures: ./hotline report callbacks")


@app.command("show")
def show(
    uid: Annotated[str, typer.Argument(help="The call it was promised in.")], as_json: Json = False
) -> None:
    """Show one call-back: every attempt, and the recording of its talk."""
    found = read(lambda session: find(session, uid))
    if found is None:
        raise HotlineError(f"No call-back was promised in the call {uid}.")
    talk = read(lambda session: talk_of(session, found))
    if as_json:
        print_json(_as_dict(found) | {"attempts": attempts(found), "recording": _talk(talk)})
        return
    print_table(("what", "is"), [(n.replace("_", " "), _shown(v)) for n, v in _pairs(found)])
    rows = [tuple(told.values()) for told in attempts(found)]
    print_table(("at", "agent", "by", "rang", "result", "note"), rows)
    if talk and talk.seconds is not None:
        out.print(f"recording: {talk.path} ({seconds(talk.seconds)} s)")


def attempts(found: Callback) -> list[dict[str, object]]:
    """Return what was tried, in turn, without a number."""
    return [
        {
            "at": _when(told.get("at")),
            "agent": told.get("agent"),
            "by": told.get("by"),
            "rang_at": _when(told.get("rang_at")),
            "result": told.get("result") or "under way",
            "note": mask_text(told.get("note") or ""),
        }
        for told in found.attempts
    ]


def _when(told: str | None) -> str:
    return moment(datetime.fromisoformat(told)) if told else ""


def _talk(talk: Recording | None) -> dict[str, object] | None:
    return (
        None if talk is None else {"state": talk.state, "path": talk.path, "seconds": talk.seconds}
    )


def _row(one: Callback) -> tuple[object, ...]:
    return (
        one.call_uid, moment(one.taken_at), moment(one.promised_until), mask_phone(one.number),
        one.state.replace("_", " "), one.agent, one.tries, moment(one.reached_at), one.reason,
    )  # fmt: skip


def _pairs(one: Callback) -> list[tuple[str, object]]:
    told: list[tuple[str, object]] = [(name, getattr(one, name)) for name in _COLUMNS]
    return [*told, ("number", mask_phone(one.number))]


def _shown(value: object) -> object:
    return moment(value) if isinstance(value, datetime) else value


def _as_dict(one: Callback) -> dict[str, object]:
    return {n: v.isoformat() if isinstance(v, datetime) else v for n, v in _pairs(one)}
