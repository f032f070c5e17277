"""/api/flows/drafts: flows being written, judged, reviewed and published.

What changes a text needs If-Match; every act is kept with its actor and reason.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from api.acting import Actor
from api.bodies import SmallBodies
from api.etags import NeededRevision, Revision, tag
from api.fields import Before, Limit, Page, page_of
from api.flow_aliases import ShareIn, moved_answer
from api.flow_answers import (
    DraftAnswer,
    DraftEventAnswer,
    DraftInFullAnswer,
    JudgementAnswer,
    MovedAnswer,
    Why,
    judgement_answer,
)
from api.resources import Open, Resources, Session
from ivr import editing
from ivr.life import drafting
from ivr.life.drafting import Doing
from ivr.life.judging import judge
from ivr.life.publishing import Moving, publish_draft
from ivr.life.repository import draft_story, get_draft, list_drafts
from ivr.life.rules import rules_of
from ivr.life.states import ALIVE, DraftState
from ivr.life.transaction import changing
from ivr.located import SIZE_LIMIT
from ivr.models import FlowDraft

router = APIRouter(prefix="/api/flows/drafts", tags=["flows"], route_class=SmallBodies)

Id = Annotated[int, Path(ge=1, le=2**53, description="The draft's number.")]
FlowName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
Name = Annotated[str, Field(min_length=1, max_length=80)]
States = Annotated[list[DraftState] | None, Query(description="Those under way if absent.")]


class Text(Why):
    """A flow's text, YAML or JSON."""

    text: str = Field(max_length=SIZE_LIMIT)


class NewDraft(Text):
    """A text that shall become the next version of a flow, which may be a new one."""

    flow: FlowName


class EditIn(BaseModel):
    """One change of a text that leaves the rest as it is written.

    `set` a `value` at the `place` of a node ("" is the head), `remove` a place or the whole node,
    `add` a node with `fields` behind another, `rename` one.
    """

    model_config = ConfigDict(extra="forbid")

    edit: Literal["set", "remove", "add", "rename"]
    node: str = Field(default="", max_length=80)
    place: list[Name] = Field(default_factory=list, max_length=8)
    value: Any = None
    fields: dict[str, Any] = Field(default_factory=dict)
    after: str = Field(default="", max_length=80)
    name: str = Field(default="", max_length=80)

    def as_edit(self) -> editing.Edit:
        """Return it as the editor takes it."""
        match self.edit:
            case "set":
                return editing.SetValue(self.node, tuple(self.place), self.value)
            case "remove":
                return editing.Remove(self.node, tuple(self.place))
            case "add":
                return editing.AddNode(self.node, self.fields, self.after)
            case "rename":
                return editing.RenameNode(self.node, self.name)


class Edits(Why):
    """Changes of a draft's text, all of them or none."""

    edits: list[EditIn] = Field(min_length=1, max_length=100)


class Publication(Why):
    """Which alias gives the new version to calls (the flow's own if absent), and to whose."""

    alias: FlowName | None = None
    canary: ShareIn | None = None


def _told(draft_id: Id, why: Why, actor: Actor, revision: Revision) -> Doing:
    return Doing(draft_id, actor, why.reason, revision)


Told = Annotated[Doing, Depends(_told)]


@router.get("")
async def get_drafts(
    session: Session,
    flow: Annotated[str | None, Query(max_length=40)] = None,
    state: States = None,
    limit: Limit = 50,
    cursor: Before = None,
) -> Page[DraftAnswer]:
    """List drafts, newest first."""
    found = await list_drafts(session, flow, state or ALIVE, limit + 1, cursor)
    return page_of(found, limit, DraftAnswer.model_validate, lambda one: one.id)


@router.post("", status_code=201)
async def post_draft(
    opened: Open, response: Response, new: NewDraft, actor: Actor
) -> DraftInFullAnswer:
    """Begin a draft."""
    async with changing(opened.sessions) as session:
        draft = await drafting.begin_draft(session, new.flow, new.text, actor, new.reason)
    return _shown(response, draft)


@router.get("/{draft_id}")
async def get_one_draft(session: Session, response: Response, draft_id: Id) -> DraftInFullAnswer:
    """Show a draft with its text and ETag."""
    return _shown(response, await get_draft(session, draft_id))


@router.get("/{draft_id}/story")
async def get_story(session: Session, draft_id: Id) -> list[DraftEventAnswer]:
    """List every act upon a draft, in order."""
    await get_draft(session, draft_id)
    return [DraftEventAnswer.model_validate(one) for one in await draft_story(session, draft_id)]


@router.get("/{draft_id}/judgement")
async def get_judgement(opened: Open, session: Session, draft_id: Id) -> JudgementAnswer:
    """Say what lint finds in a draft and which scenarios of its flow come true."""
    draft = await get_draft(session, draft_id)
    judgement = await judge(opened.settings, draft.flow, draft.text)
    return judgement_answer(judgement, tests=rules_of(opened.settings).tests)


@router.put("/{draft_id}")
async def put_draft(
    opened: Open,
    response: Response,
    draft_id: Id,
    written: Text,
    actor: Actor,
    revision: NeededRevision,
) -> DraftInFullAnswer:
    """Replace a draft's text; a review given before does not count any more."""
    doing = Doing(draft_id, actor, written.reason, revision)
    async with changing(opened.sessions) as session:
        draft = await drafting.write_draft(session, doing, written.text)
    return _shown(response, draft)


@router.patch("/{draft_id}")
async def patch_draft(
    opened: Open,
    response: Response,
    draft_id: Id,
    edits: Edits,
    actor: Actor,
    revision: NeededRevision,
) -> DraftInFullAnswer:
    """Change places of a draft's text; comments and order stay."""
    doing = Doing(draft_id, actor, edits.reason, revision)
    async with changing(opened.sessions) as session:
        text = (await drafting.take_draft(session, doing)).text
        changes = [one.as_edit() for one in edits.edits]
        changed = await asyncio.to_thread(editing.edited, text, changes)
        draft = await drafting.write_draft(session, doing, changed)
    return _shown(response, draft)


@router.post("/{draft_id}/submit")
async def post_submit(opened: Open, response: Response, doing: Told) -> DraftInFullAnswer:
    """Ask for a review."""
    return await _do(opened, response, drafting.submit_draft, doing)


@router.post("/{draft_id}/approve")
async def post_approve(opened: Open, response: Response, doing: Told) -> DraftInFullAnswer:
    """Say yes as a second person; 409 for everybody who wrote any of it."""
    return await _do(opened, response, drafting.approve_draft, doing)


@router.post("/{draft_id}/reject")
async def post_reject(opened: Open, response: Response, doing: Told) -> DraftInFullAnswer:
    """Send a draft back to its author."""
    return await _do(opened, response, drafting.reject_draft, doing)


@router.post("/{draft_id}/rebase")
async def post_rebase(opened: Open, response: Response, doing: Told) -> DraftInFullAnswer:
    """Say that the versions published meanwhile were looked at, and the draft stands."""
    return await _do(opened, response, drafting.rebase_draft, doing)


@router.post("/{draft_id}/discard")
async def post_discard(opened: Open, response: Response, doing: Told) -> DraftInFullAnswer:
    """Give a draft up; its story stays."""
    return await _do(opened, response, drafting.discard_draft, doing)


@router.post("/{draft_id}/publish")
async def post_publish(
    opened: Open, draft_id: Id, wish: Publication, actor: Actor, revision: Revision
) -> MovedAnswer:
    """Make a draft the next version and give it to calls, from the next one on.

    409 when somebody published since the draft was begun, 422 when it is not fit for callers.
    """
    async with opened.sessions() as session:
        draft = await get_draft(session, draft_id)
    judgement = await judge(opened.settings, draft.flow, draft.text)
    doing = Doing(draft_id, actor, wish.reason, revision)
    moving = Moving(wish.alias or draft.flow, actor, wish.reason)
    share = wish.canary.as_share() if wish.canary else None
    rules = rules_of(opened.settings)
    async with changing(opened.sessions) as session:
        move = await publish_draft(session, doing, moving, judgement, rules, share)
    return await moved_answer(opened, move)


async def _do(
    opened: Resources,
    response: Response,
    act: Callable[[AsyncSession, Doing], Awaitable[FlowDraft]],
    doing: Doing,
) -> DraftInFullAnswer:
    async with changing(opened.sessions) as session:
        draft = await act(session, doing)
    return _shown(response, draft)


def _shown(response: Response, draft: FlowDraft) -> DraftInFullAnswer:
    tag(response, draft.revision)
    return DraftInFullAnswer.model_validate(draft)
