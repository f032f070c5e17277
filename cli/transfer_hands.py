"""What the commands of `transfer` share: their words, and a hand on the switch for one act."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from cli.screen import out, print_json
from core.settings import get_settings
from telephony.ami import Ami
from telephony.journal import Journal
from transfers.board import Situation
from transfers.service import Transfers
from transfers.states import MOVES
from transfers.switchboard import FILTERS, switchboard

Agent = Annotated[str, typer.Argument(help="The agent who is in the call, such as 8013.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, as it stays in the record.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def do_and_show(work: Callable[[Transfers], Awaitable[Situation]], as_json: bool) -> None:
    """Do something with a call and print where it stands then."""
    found = asyncio.run(_with_hands(work))
    acts = [str(act) for state, act in MOVES if state is found.state]
    if as_json:
        print_json({"call": found.call, "state": found.state, "acts": acts})
        return
    out.print(f"{found.call}: {found.state}. Possible now: {', '.join(acts) or 'nothing'}.")


async def _with_hands(work: Callable[[Transfers], Awaitable[Situation]]) -> Situation:
    settings = get_settings()
    async with (
        Ami.of(settings, classes="call", filters=FILTERS) as ami,
        switchboard(ami) as hand,
    ):
        return await work(Transfers(hand, settings.config_dir, Journal(settings.journal)))
