"""`flow publish`, `rollback` and `alias`: what calls run on, and whose idea it was."""

import asyncio
from typing import Annotated

import typer
from rich.markup import escape

from cli.changing import change
from cli.flow_options import Alias, AsJson, Callers, Draft, Reason
from cli.flow_views import move_json, share_of
from cli.person import By
from cli.reading import moment, read
from cli.screen import errors, out, print_json, print_table
from core.settings import get_settings
from ivr.life.drafting import Doing
from ivr.life.effect import in_effect
from ivr.life.judging import judge_now
from ivr.life.names import numbered
from ivr.life.publishing import (
    Moving,
    Share,
    point_alias,
    publish_draft,
    roll_back,
)
from ivr.life.repository import all_aliases, get_draft, list_moves
from ivr.life.rules import rules_of
from ivr.models import FlowAliasMove

_MANY = 1000


def publish(
    draft: Draft,
    by: By,
    alias: Annotated[str, typer.Option("--alias", help="The flow's own name if absent.")] = "",
    canary: Annotated[
        int | None,
        typer.Option("--canary", min=0, max=100, help="Only for so many per cent of the callers."),
    ] = None,
    caller: Callers = None,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Make a draft the next version and give it to calls: all from the next one on, or a share.

    Red findings block it, so do scenarios that do not come true, a missing review, and a version
    that somebody published since the draft was begun.
    """
    settings = get_settings()
    found = read(lambda session: get_draft(session, draft))
    judgement = judge_now(settings, found.flow, found.text)
    share = None if canary is None and not caller else Share(canary or 0, tuple(caller or ()))
    moving = Moving(alias or found.flow, by, reason)
    move = change(
        lambda session: publish_draft(
            session, Doing(draft, by, reason), moving, judgement, rules_of(settings), share
        )
    )
    tell_move(move, as_json)


def rollback(alias: Alias, by: By, reason: Reason = "", as_json: AsJson = False) -> None:
    """Take back the last step of an alias: its canary if it has one, else its version."""
    tell_move(change(lambda session: roll_back(session, Moving(alias, by, reason))), as_json)


def alias(
    by: By,
    name: Annotated[str, typer.Argument(metavar="[ALIAS]", help="All if absent.")] = "",
    version: Annotated[
        str, typer.Argument(metavar="[VERSION]", help="Where to: direct@3. Its story if absent.")
    ] = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Show where aliases stand, the story of one, or point one (also a new one) at a version.

    A line of lines.toml names an alias as its `flow`. Pointing an alias ends its canary.
    """
    if version:
        place = numbered(version)
        tell_move(change(lambda s: point_alias(s, Moving(name, by, reason), *place)), as_json)
        return
    moves = read(lambda s: list_moves(s, name, _MANY) if name else all_aliases(s))
    if as_json:
        print_json([move_json(one) for one in moves])
        return
    rows = [
        (one.alias, one.step, one.kind, f"{one.flow}@{one.number}", share_of(one),
         escape(one.actor), moment(one.at), escape(one.reason))
        for one in moves
    ]  # fmt: skip
    heads = ("alias", "step", "how", "gives", "canary", "by", "when", "why")
    print_table(heads, rows, right="step")


def tell_move(move: FlowAliasMove, as_json: bool) -> None:
    """Say where the alias stands, once calls follow it; exit code 3 while they do not yet."""
    done = asyncio.run(in_effect(get_settings(), move.id))
    if as_json:
        print_json({**move_json(move), "in_effect": done})
    else:
        canary = f", {share_of(move)}" if move.candidate_flow else ""
        out.print(f"{move.alias} gives {move.flow}@{move.number} to calls{canary}.")
    if not done:
        errors.print(
            "It is published, but not in effect here yet: the publisher is away or cannot prepare "
            "it. See ./hotline status and ./hotline logs publisher."
        )
        raise typer.Exit(3)
