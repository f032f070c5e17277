"""`flow import`, `flow review`, `flow draft …`: a flow on its way to a second pair of eyes."""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from sqlalchemy.ext.asyncio import AsyncSession

from cli.changing import change
from cli.flow_options import AsJson, Draft, Reason
from cli.flow_views import draft_json, event_json
from cli.person import By
from cli.reading import moment, read
from cli.screen import out, print_json, print_table
from core.settings import get_settings
from ivr.life import drafting
from ivr.life.drafting import Doing
from ivr.life.judging import Judgement, judge_now
from ivr.life.repository import draft_story, get_draft, list_drafts
from ivr.life.states import ALIVE, DraftState
from ivr.models import FlowDraft, FlowDraftEvent
from ivr.store import read_flow_file

app = typer.Typer(help="Drafts of flows: list, show, submit, rebase, discard.")

_MANY = 200


class Verdict(StrEnum):
    """What a reviewer says."""

    APPROVE = "approve"
    REJECT = "reject"


def import_(
    file: Annotated[Path, typer.Argument(help="A flow as YAML or JSON, named as the flow.")],
    by: By,
    reason: Reason = "",
    draft: Annotated[
        int | None, typer.Option("--draft", help="Write over this draft instead of a new one.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a draft of a file, or write it into one, and say what lint and scenarios think."""
    text = read_flow_file(file, file.stem)
    if draft is None:
        done = change(lambda s: drafting.begin_draft(s, file.stem, text, by, reason))
    else:
        done = change(lambda s: drafting.write_draft(s, Doing(draft, by, reason), text))
    _tell(done, as_json, judge_now(get_settings(), done.flow, text))


def review(
    draft: Draft,
    verdict: Annotated[Verdict, typer.Argument(help="What you say of it.")],
    by: By,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Approve a draft as a second person, or send it back. Nobody approves what they wrote."""
    act = drafting.approve_draft if verdict is Verdict.APPROVE else drafting.reject_draft
    _do(act, Doing(draft, by, reason), as_json)


@app.command("list")
def list_(
    flow: Annotated[str, typer.Argument(help="Of this flow; of all if absent.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Published and discarded ones too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List drafts, newest first."""
    states = tuple(DraftState) if every else ALIVE
    found = read(lambda s: list_drafts(s, flow or None, states, _MANY))
    if as_json:
        print_json([draft_json(one) for one in found])
        return
    rows = [
        (one.id, one.flow, one.base or "new", one.state, escape(one.author),
         moment(one.changed_at), escape(one.reason))
        for one in found
    ]  # fmt: skip
    print_table(("draft", "flow", "from", "state", "by", "changed", "why"), rows, right="draft")


@app.command()
def show(draft: Draft, as_json: AsJson = False) -> None:
    """Show a draft's story; its text is `./hotline flow export draft:12`."""

    async def look(session: AsyncSession) -> tuple[FlowDraft, list[FlowDraftEvent]]:
        return await get_draft(session, draft), list(await draft_story(session, draft))

    found, story = read(look)
    if as_json:
        print_json({**draft_json(found), "story": [event_json(one) for one in story]})
        return
    out.print(f"Draft {found.id} of {found.flow}, from version {found.base}: {found.state}")
    rows = [
        (one.revision, one.act, one.state, escape(one.actor), moment(one.at), escape(one.reason))
        for one in story
    ]
    print_table(("", "act", "then", "by", "when", "why"), rows)


@app.command()
def submit(draft: Draft, by: By, reason: Reason = "", as_json: AsJson = False) -> None:
    """Ask for a review."""
    _do(drafting.submit_draft, Doing(draft, by, reason), as_json)


@app.command()
def rebase(draft: Draft, by: By, reason: Reason = "", as_json: AsJson = False) -> None:
    """Say that you have looked at what was published meanwhile, and the draft stands."""
    _do(drafting.rebase_draft, Doing(draft, by, reason), as_json)


@app.command()
def discard(draft: Draft, by: By, reason: Reason = "", as_json: AsJson = False) -> None:
    """Give a draft up; its story stays."""
    _do(drafting.discard_draft, Doing(draft, by, reason), as_json)


def _do(
    act: Callable[[AsyncSession, Doing], Awaitable[FlowDraft]], doing: Doing, as_json: bool
) -> None:
    _tell(change(lambda session: act(session, doing)), as_json)


def _tell(draft: FlowDraft, as_json: bool, judgement: Judgement | None = None) -> None:
    if as_json:
        print_json(draft_json(draft))
        return
    out.print(f"Draft {draft.id} of {draft.flow} is {draft.state}.")
    for one in judgement.findings if judgement else ():
        out.print(f"  [{one.severity}]{one.severity}[/] line {one.line or 1}: ", end="")
        out.print(one.sentence, markup=False)
    for trial in judgement.failed if judgement else ():
        out.print(f"  [red]✗[/] {escape(trial.scenario)}: {escape(trial.faults[0])}")
