"""From a draft to callers and back: versions are added, aliases are moved, nothing is rewritten."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from core.phone import plain_number
from ivr.compiler import version_of
from ivr.drafts import NAME
from ivr.life.drafting import Doing, close_draft, take_draft
from ivr.life.errors import (
    BadShare,
    BadText,
    NothingBefore,
    RevisionChanged,
    StaleDraft,
    UnknownAlias,
)
from ivr.life.judging import Judgement
from ivr.life.moves import MoveKind, Place, place_before
from ivr.life.repository import (
    get_version,
    last_move,
    list_moves,
    newest_number,
    version_of_hash,
)
from ivr.life.rules import Rules
from ivr.life.transaction import tell_publishers
from ivr.models import FlowAliasMove, FlowDraft, FlowVersion

_MOST_CALLERS = 1000


@dataclass(frozen=True, slots=True)
class Moving:
    """Who moves which alias, and why; `step` is the one they looked at, None for any."""

    alias: str
    actor: str
    reason: str
    step: int | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """A text that shall have a number, and who wrote it why; from a file without a draft."""

    flow: str
    text: str
    author: str
    reason: str
    draft_id: int | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """Whose calls a candidate gets: per cent of the callers, and numbers or beginnings of them."""

    percent: int = 0
    callers: tuple[str, ...] = ()


async def publish_draft(
    session: AsyncSession,
    doing: Doing,
    moving: Moving,
    judgement: Judgement,
    rules: Rules,
    share: Share | None = None,
) -> FlowAliasMove:
    """Make a draft the newest version and give it to the alias, or, with `share`, to some of its
    callers. Raises StaleDraft, IllegalMove, RedFlow, BrokenPromise, BadShare."""
    now = await stand(session, moving)
    draft = await take_draft(session, doing)
    close_draft(session, draft, doing, review=rules.review)
    newest = await newest_number(session, draft.flow)
    if draft.base != newest:
        await _refuse_stale(session, draft, newest)
    if judgement.version != version_of(draft.text):
        raise RevisionChanged("The draft was changed while it was judged. Try again.")
    judgement.refuse_unfit(draft.flow, tests=rules.tests)
    words = Words(draft.flow, draft.text, draft.author, draft.reason, draft.id)
    version = await add_version(session, words, newest)
    place = (version.flow, version.number)
    if share is None:
        return await move_alias(session, moving, now, MoveKind.PUBLISH, place)
    return await _start_canary(session, moving, now, place, share)


async def add_version(session: AsyncSession, words: Words, newest: int) -> FlowVersion:
    """Give a text the number after `newest`; one that had a number keeps it.

    Whoever saw the same newest version and was first has the number: then IntegrityError.
    """
    known = await version_of_hash(session, words.flow, version_of(words.text))
    if known is not None:
        if known.text != words.text:
            raise BadText("By a freak of numbers this text has an older one's hash; change a word.")
        return known
    version = FlowVersion(
        flow=words.flow,
        number=newest + 1,
        version=version_of(words.text),
        text=words.text,
        draft_id=words.draft_id,
        author=words.author,
        reason=words.reason,
    )
    session.add(version)
    await session.flush()
    return version


async def point_alias(
    session: AsyncSession, moving: Moving, flow: str, number: int
) -> FlowAliasMove:
    """Let an alias, which may be new, give a version to all its calls. Raises UnknownVersion."""
    now = await stand(session, moving)
    await get_version(session, flow, number)
    return await move_alias(session, moving, now, MoveKind.POINT, (flow, number))


async def roll_back(session: AsyncSession, moving: Moving) -> FlowAliasMove:
    """Take back the last step of an alias: its canary if it has one, else its version.

    Raises UnknownAlias and NothingBefore.
    """
    now = _known(moving, await stand(session, moving))
    if now.candidate_flow is not None:
        place = (now.flow, now.number)
        return await move_alias(session, moving, now, MoveKind.CANARY_STOP, place)
    moves = await list_moves(session, moving.alias, before=now.step + 1)
    before = place_before((move.kind, (move.flow, move.number)) for move in reversed(moves))
    if before is None:
        raise NothingBefore(f"{moving.alias} stands at its first version; there is no way back.")
    return await move_alias(session, moving, now, MoveKind.ROLLBACK, before)


async def set_canary(
    session: AsyncSession, moving: Moving, candidate: Place, share: Share
) -> FlowAliasMove:
    """Give a share of an alias's calls to a candidate. Raises UnknownAlias, BadShare."""
    now = await stand(session, moving)
    await get_version(session, *candidate)
    return await _start_canary(session, moving, now, candidate, share)


async def stop_canary(session: AsyncSession, moving: Moving) -> FlowAliasMove:
    """Give every call to the alias's own version again. Raises UnknownAlias, NothingBefore."""
    now = _known(moving, await stand(session, moving))
    if now.candidate_flow is None:
        raise NothingBefore(f"{moving.alias} has no canary.")
    return await move_alias(session, moving, now, MoveKind.CANARY_STOP, (now.flow, now.number))


async def stand(session: AsyncSession, moving: Moving) -> FlowAliasMove | None:
    """Return where an alias stands, None when it is new, before anything is decided by it.

    Raises RevisionChanged when it is not where the one who moves it saw it, and BadText.
    """
    if not NAME.fullmatch(moving.alias):
        raise BadText(f"{moving.alias[:40]!r} cannot be the name of an alias: a-z, 0-9 and -.")
    now = await last_move(session, moving.alias)
    step = now.step if now else 0
    if moving.step not in (None, step):
        raise RevisionChanged(
            f"{moving.alias} was moved by {now.actor if now else 'nobody'} meanwhile (step {step}, "
            f"not {moving.step}). Look where it stands, then decide."
        )
    return now


async def move_alias(
    session: AsyncSession,
    moving: Moving,
    now: FlowAliasMove | None,
    kind: MoveKind,
    place: Place,
    candidate: Place | None = None,
    share: Share | None = None,
) -> FlowAliasMove:
    """Write the move after `now`. Whoever saw the same and was first has it: IntegrityError."""
    share = share or Share()
    move = FlowAliasMove(
        alias=moving.alias,
        step=now.step + 1 if now else 1,
        kind=kind,
        flow=place[0],
        number=place[1],
        candidate_flow=candidate[0] if candidate else None,
        candidate_number=candidate[1] if candidate else None,
        percent=share.percent,
        callers=list(share.callers),
        actor=moving.actor,
        reason=moving.reason,
    )
    session.add(move)
    await session.flush()
    await tell_publishers(session)
    return move


async def _start_canary(
    session: AsyncSession,
    moving: Moving,
    now: FlowAliasMove | None,
    candidate: Place,
    share: Share,
) -> FlowAliasMove:
    now = _known(moving, now)
    own = (now.flow, now.number)
    if candidate == own:
        raise BadShare(f"{now.flow}@{now.number} is what {moving.alias} runs already.")
    checked = _checked(share)
    return await move_alias(session, moving, now, MoveKind.CANARY, own, candidate, checked)


def _known(moving: Moving, now: FlowAliasMove | None) -> FlowAliasMove:
    if now is None:
        raise UnknownAlias(f"There is no alias {moving.alias[:40]!r}.")
    return now


async def _refuse_stale(session: AsyncSession, draft: FlowDraft, newest: int) -> None:
    latest = await get_version(session, draft.flow, newest)
    raise StaleDraft(
        f"{latest.author} published {draft.flow}@{newest} since this draft was begun"
        f"{f' from {draft.flow}@{draft.base}' if draft.base else ''}. Look at what differs "
        f"(./hotline flow diff {draft.flow}@{newest} draft:{draft.id}), take it in, then rebase."
    )


def _checked(share: Share) -> Share:
    """Bring callers into the spelling calls have. Raises BadShare."""
    if not 0 <= share.percent <= 100:
        raise BadShare("A share is 0 to 100 per cent.")
    if not share.percent and not share.callers:
        raise BadShare("Nobody would get the candidate: give per cent or callers.")
    if len(share.callers) > _MOST_CALLERS:
        raise BadShare(f"More than {_MOST_CALLERS} callers; use beginnings of numbers (139*).")
    return Share(share.percent, tuple(dict.fromkeys(map(_caller, share.callers))))


def _caller(text: str) -> str:
    if text.endswith("*"):
        digits = text[:-1]
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 20):
            raise BadShare(f"{text[:24]!r} is no beginning of a number such as 139*.")
        return text
    number = plain_number(text)
    if number is None:
        raise BadShare(f"{text[:24]!r} is no phone number.")
    return number
