"""`flow list`, `versions` and `export`: what there is of each flow."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from sqlalchemy.ext.asyncio import AsyncSession

from cli.flow_options import AsJson, What
from cli.flow_views import draft_json, move_json, share_of, version_json
from cli.reading import moment, read
from cli.screen import out, print_json, print_table
from core.settings import Settings, get_settings
from ivr.life.names import find_text, in_database
from ivr.life.repository import all_aliases, list_drafts, list_versions, newest_versions
from ivr.life.states import ALIVE
from ivr.models import FlowAliasMove, FlowDraft, FlowVersion
from ivr.written import Written, find_written

_MANY = 1000


def list_(as_json: AsJson = False) -> None:
    """List flows: the newest version, which version each alias gives to calls, open drafts."""
    versions, aliases, drafts = read(_everything)
    if as_json:
        print_json(
            {
                "flows": [version_json(one) for one in versions],
                "aliases": [move_json(one) for one in aliases],
                "drafts": [draft_json(one) for one in drafts],
            }
        )
        return
    rows = [
        (one.flow, one.number, moment(one.at), escape(one.author), _aliases(one.flow, aliases),
         ", ".join(f"{each.id} {each.state}" for each in drafts if each.flow == one.flow))
        for one in versions
    ]  # fmt: skip
    print_table(("flow", "newest", "since", "by", "aliases", "drafts"), rows, right="newest")


async def _everything(
    session: AsyncSession,
) -> tuple[Sequence[FlowVersion], Sequence[FlowAliasMove], Sequence[FlowDraft]]:
    return (
        await newest_versions(session),
        await all_aliases(session),
        await list_drafts(session, None, ALIVE, _MANY),
    )


def _aliases(flow: str, aliases: Sequence[FlowAliasMove]) -> str:
    """Say which aliases give a version of this flow to calls."""
    told = []
    for one in aliases:
        if one.flow == flow:
            told.append(f"{one.alias} → {one.number}")
        if one.candidate_flow == flow:
            told.append(f"{one.alias} canary → {share_of(one)}")
    return ", ".join(told)


def versions(
    flow: Annotated[str, typer.Argument(help="The flow's name.")], as_json: AsJson = False
) -> None:
    """List the versions of a flow, newest first, and the aliases that stand there."""

    async def look(session: AsyncSession) -> tuple[Sequence[FlowVersion], Sequence[FlowAliasMove]]:
        return await list_versions(session, flow, _MANY), await all_aliases(session)

    found, aliases = read(look)
    if as_json:
        print_json([version_json(one) for one in found])
        return
    rows = [
        (one.number, one.version, moment(one.at), escape(one.author),
         ", ".join(a.alias for a in aliases if (a.flow, a.number) == (flow, one.number)),
         escape(one.reason))
        for one in found
    ]  # fmt: skip
    print_table(("version", "hash", "since", "by", "aliases", "why"), rows, right="version")


def export(
    what: What,
    file: Annotated[Path | None, typer.Option("--out", help="Into this file.")] = None,
) -> None:
    """Print the text of a version, a draft, or of what is in use, or write it into a file."""
    text = written(get_settings(), what).text
    if file is None:
        sys.stdout.write(text)
    else:
        file.write_text(text, encoding="utf-8", newline="")
        out.print(f"{file} is written.", markup=False)


def written(settings: Settings, what: str) -> Written:
    """Find a text by any name; the database is asked only where it alone knows."""
    if in_database(what):
        return read(lambda session: find_text(session, settings, what))
    return find_written(settings, what)
