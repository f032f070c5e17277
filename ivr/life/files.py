"""Flows as files of the configuration, taken in when the hotline comes up.

A file leads as long as its alias runs what the file last said: then a change is published. Once
somebody has published otherwise, a changed file becomes a draft, so that neither is lost. What is
red, or breaks a promise that counts, is left out, and the last good version goes on.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.errors import HotlineError
from core.settings import Settings
from ivr.life.drafting import begin_draft
from ivr.life.judging import Judgement, judge
from ivr.life.moves import MoveKind
from ivr.life.publishing import Moving, Words, add_version, move_alias, stand
from ivr.life.repository import get_version, last_move, newest_number
from ivr.life.rules import Rules
from ivr.life.transaction import changing
from ivr.models import FlowAliasMove, FlowFile
from ivr.store import flow_files, read_flow_file


class Fate(StrEnum):
    """What became of a file."""

    UNCHANGED = "unchanged"
    PUBLISHED = "published"
    DRAFTED = "drafted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class TakenIn:
    """One file and what became of it; `sentence` is for people, "" when nothing happened."""

    flow: str
    fate: Fate
    sentence: str = ""


async def take_in_files(
    sessions: async_sessionmaker[AsyncSession], settings: Settings, rules: Rules, actor: str
) -> list[TakenIn]:
    """Take in every flow of the configuration. Raises HotlineError for a flow that was never
    published and cannot run: its lines would have nothing to say."""
    taken = []
    for path in flow_files(settings.config_dir / "flows"):
        taken.append(await _take_in(sessions, settings, rules, path, actor))
    return taken


async def _take_in(
    sessions: async_sessionmaker[AsyncSession],
    settings: Settings,
    rules: Rules,
    path: Path,
    actor: str,
) -> TakenIn:
    flow = path.stem
    async with sessions() as session:
        known = await session.get(FlowFile, flow)
        standing = await last_move(session, flow)
    try:
        text = read_flow_file(path, flow)
        judgement = await judge(settings, flow, text)
        if known is not None and known.version == judgement.version:
            return TakenIn(flow, Fate.UNCHANGED)
        if standing is not None:
            judgement.refuse_unfit(flow, tests=rules.tests)
    except HotlineError as fault:
        if standing is None:
            raise
        return TakenIn(flow, Fate.REFUSED, f"{path}: not taken in. {fault} {_runs_on(standing)}")
    if standing is None:
        judgement.refuse_what_cannot_run(path)
    async with changing(sessions) as session:
        return await _carry_out(session, path, text, judgement, actor)


async def _carry_out(
    session: AsyncSession, path: Path, text: str, judgement: Judgement, actor: str
) -> TakenIn:
    flow, reason = path.stem, f"config/flows/{path.name}"
    known = await session.get(FlowFile, flow, with_for_update=True)
    moving = Moving(flow, actor, reason)
    standing = await stand(session, moving)
    leads = standing is None or (known is not None and await _runs(session, standing, known))
    if known is None:
        session.add(FlowFile(flow=flow, version=judgement.version))
    else:
        known.version = judgement.version
    if not leads:
        draft = await begin_draft(session, flow, text, actor, reason)
        sentence = f"the changed file is draft {draft.id}, since {flow} was published elsewhere"
        return TakenIn(flow, Fate.DRAFTED, sentence)
    newest = await newest_number(session, flow)
    version = await add_version(session, Words(flow, text, actor, reason), newest)
    await move_alias(session, moving, standing, MoveKind.PUBLISH, (flow, version.number))
    red = f", though {len(judgement.red)} findings are red" if judgement.red else ""
    return TakenIn(flow, Fate.PUBLISHED, f"{flow}@{version.number} is published{red}")


async def _runs(session: AsyncSession, standing: FlowAliasMove, known: FlowFile) -> bool:
    """Whether an alias gives all its calls what the file said."""
    if standing.candidate_flow is not None or standing.flow != known.flow:
        return False
    version = await get_version(session, standing.flow, standing.number)
    return version.version == known.version


def _runs_on(standing: FlowAliasMove) -> str:
    return f"{standing.flow}@{standing.number} goes on."
