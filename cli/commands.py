"""The table of commands: where each lives and what it is for.

A command is imported when it is called and not before: all of them together bring every library of
the hotline, which takes seconds on a busy machine.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

# name: (module and what in it, what it is for)
COMMANDS = {
    "up": ("updown:up", "Start the hotline, or bring a running one up to date."),
    "down": ("updown:down", "Stop every process of this hotline."),
    "status": ("updown:status", "Show every process and whether it does its work."),
    "logs": ("logs:logs", "Show the end of the logs."),
    "call": ("call:call", "Place a real SIP call and tell what happens to it."),
    "calls": ("calls:calls", "Show the newest calls, or one step by step."),
    "tickets": ("tickets:tickets", "Show the newest tickets (工单), or one with its story."),
    "ticket": ("ticket:app", "One ticket: write it down, move it, see who holds it."),
    "followup": ("followup:app", "Ask citizens whether it is solved (回访)."),
    "suggest": ("suggest:app", "Category and unit from the text, learnt from closed tickets."),
    "abandoned": ("abandoned:app", "Who gave up waiting (放弃来电), and ringing them back."),
    "callbacks": ("callbacks:app", "Call-backs (预约回拨): promised, kept, by whom."),
    "wall": ("wall:wall", "Watch queues, agents and today's answer rates, live."),
    "queues": ("queues:queues", "Every queue now, and how long a caller has to wait."),
    "agents": ("agents:app", "Seats: who is signed in, in which state, and why."),
    "transfer": ("transfer:app", "Hand calls over: 12345 ⇄ 110 ⇄ 12348 (三线转办)."),
    "exchange": ("exchange:app", "Cases that travel between platforms, signed."),
    "incident": ("incident:app", "Announcements on air (突发事件播报)."),
    "flow": ("flow:app", "Call flows: check, try, publish, take back."),
    "prompt": ("prompts:app", "What callers hear: say, upload, put back."),
    "report": ("reports:app", "Published figures, with their definitions."),
    "staffing": ("staffing:app", "How many agents a day takes (排班)."),
    "person": ("people:app", "People: who may sign in, and as what."),
    "audit-log": ("audit_log:app", "Who did and saw what, sealed."),
    "ledger": ("ledger:app", "Figures anyone can derive again."),
    "audit": ("audit:app", "Whether every matter got its seven things (七有)."),
    "assessment": ("assessment:app", "How units did in a month (月度考核)."),
    "demo": ("demo:app", "A published half-year, to look at."),
    "config": ("config:app", "The files of config/."),
    "console": ("console:app", "The web console: build it, check it."),
    "test": ("suite:suite", "Run the checks and every test, on real parts."),
}


class Commands(TyperGroup):
    """The commands of the table, each imported when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names in the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> TyperCommand | TyperGroup | None:
        """Import one command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        found = getattr(import_module(f"cli.{module}"), name)
        command = _group(found) if isinstance(found, typer.Typer) else _single(found)
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list of commands, importing none."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, purpose) for name, (_, purpose) in COMMANDS.items()])


def _group(app: typer.Typer) -> TyperGroup:
    app.rich_markup_mode = None
    return typer.main.get_group(app)


def _single(function: Callable[..., None]) -> TyperCommand:
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command()(function)
    command = typer.main.get_command(app)
    assert isinstance(command, TyperCommand)  # noqa: S101 - typer makes no other of one function
    return command
