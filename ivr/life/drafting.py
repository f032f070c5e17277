"""Drafts: begun, written, reviewed by a second person, given up. Every act stays in their story."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import utc_now
from ivr.drafts import NAME
from ivr.life.errors import BadText, OwnDraft, RevisionChanged
from ivr.life.repository import draft_story, get_draft, newest_number
from ivr.life.states import Act, DraftState, moved
from ivr.located import SIZE_LIMIT
from ivr.models import FlowDraft, FlowDraftEvent


@dataclass(frozen=True, slots=True)
class Doing:
    """Who acts upon which draft, and why; `revision` is the one they looked at, None for any."""

    draft_id: int
    actor: str
    reason: str
    revision: int | None = None


async def begin_draft(
    session: AsyncSession, flow: str, text: str, actor: str, reason: str
) -> FlowDraft:
    """Begin a draft of the next version of a flow, which may be a new one. Raises BadText."""
    if not NAME.fullmatch(flow):
        raise BadText(f"{flow[:40]!r} cannot be the name of a flow: a-z, 0-9 and -.")
    _refuse_unkeepable(text)
    draft = FlowDraft(
        flow=flow,
        base=await newest_number(session, flow),
        revision=0,
        state=DraftState.OPEN,
        text=text,
        author=actor,
        reason=reason,
    )
    session.add(draft)
    await session.flush()
    _note(session, draft, Act.WRITE, actor, reason, text)
    return draft


async def write_draft(session: AsyncSession, doing: Doing, text: str) -> FlowDraft:
    """Replace the text; whatever was approved is not any more."""
    _refuse_unkeepable(text)
    draft = await take_draft(session, doing)
    draft.state = moved(draft.state, Act.WRITE, review=True)
    draft.text, draft.author, draft.reason = text, doing.actor, doing.reason or draft.reason
    _note(session, draft, Act.WRITE, doing.actor, doing.reason, text)
    return draft


async def rebase_draft(session: AsyncSession, doing: Doing) -> FlowDraft:
    """Say that the versions published meanwhile were looked at, and the draft stands as it is."""
    draft = await take_draft(session, doing)
    draft.state = moved(draft.state, Act.REBASE, review=True)
    draft.base = await newest_number(session, draft.flow)
    _note(session, draft, Act.REBASE, doing.actor, doing.reason)
    return draft


async def submit_draft(session: AsyncSession, doing: Doing) -> FlowDraft:
    """Ask for a review."""
    return await _act(session, doing, Act.SUBMIT)


async def approve_draft(session: AsyncSession, doing: Doing) -> FlowDraft:
    """Say yes as a second person. Raises OwnDraft for everybody who wrote any part of it."""
    story = await draft_story(session, doing.draft_id)
    if any(event.act is Act.WRITE and event.actor == doing.actor for event in story):
        raise OwnDraft(f"{doing.actor} wrote this draft; a second person must review it.")
    return await _act(session, doing, Act.APPROVE)


async def reject_draft(session: AsyncSession, doing: Doing) -> FlowDraft:
    """Send a draft back to its author."""
    return await _act(session, doing, Act.REJECT)


async def discard_draft(session: AsyncSession, doing: Doing) -> FlowDraft:
    """Give a draft up."""
    return await _act(session, doing, Act.DISCARD)


async def take_draft(session: AsyncSession, doing: Doing) -> FlowDraft:
    """Lock a draft for one act. Raises UnknownDraft and RevisionChanged."""
    draft = await get_draft(session, doing.draft_id, lock=True)
    if doing.revision not in (None, draft.revision):
        raise RevisionChanged(
            f"Draft {draft.id} was changed by {draft.author} (revision {draft.revision}, not "
            f"{doing.revision}). Read it again, then decide."
        )
    return draft


def close_draft(session: AsyncSession, draft: FlowDraft, doing: Doing, *, review: bool) -> None:
    """Note that a draft has become a version. Raises IllegalMove."""
    draft.state = moved(draft.state, Act.PUBLISH, review=review)
    _note(session, draft, Act.PUBLISH, doing.actor, doing.reason)


async def _act(session: AsyncSession, doing: Doing, act: Act) -> FlowDraft:
    draft = await take_draft(session, doing)
    draft.state = moved(draft.state, act, review=True)
    _note(session, draft, act, doing.actor, doing.reason)
    return draft


def _note(
    session: AsyncSession,
    draft: FlowDraft,
    act: Act,
    actor: str,
    reason: str,
    text: str | None = None,
) -> None:
    draft.revision += 1
    draft.changed_at = utc_now()
    session.add(
        FlowDraftEvent(
            draft_id=draft.id,
            revision=draft.revision,
            act=act,
            state=draft.state,
            text=text,
            actor=actor,
            reason=reason,
        )
    )


def _refuse_unkeepable(text: str) -> None:
    if len(text.encode()) > SIZE_LIMIT:
        raise BadText(f"The flow is larger than {SIZE_LIMIT // 1024} KiB; split it.")
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise BadText(f"Line {line} holds a NUL character; that is no text.")
