"""`agents`: who is signed in, and signing seats in and out."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer

from cli.screen import out, print_json, print_table
from core.settings import get_settings
from queues.agent_states import AgentState
from queues.agents import Agent, find_agent, list_agents, load_agents, log_in, log_out
from queues.definitions import load_queues
from telephony.ami import Ami

app = typer.Typer(help="Seats: who is signed in, sign in and out.", no_args_is_help=True)
T = TypeVar("T")
Number = Annotated[str, typer.Argument(help="The seat's number, such as 8013.")]


@app.command("list")
def list_command(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show every seat: what its agent declared and what the switch sees."""
    states = _with_ami(lambda ami: list_agents(ami, _agents()))
    if as_json:
        print_json([_as_dict(state) for state in states])
        return
    rows = [tuple(_as_dict(state).values()) for state in states]
    print_table(("agent", "declared", "reason", "observed", "queues", "answered"), rows)


@app.command("login")
def login(number: Number) -> None:
    """Sign a seat in to its queues."""
    agent = find_agent(_agents(), number)
    _with_ami(lambda ami: log_in(ami, agent))
    out.print(f"{number} is signed in to {', '.join(agent.queues)}.")


@app.command("logout")
def logout(number: Number) -> None:
    """Sign a seat out of its queues."""
    agent = find_agent(_agents(), number)
    _with_ami(lambda ami: log_out(ami, agent))
    out.print(f"{number} is signed out.")


@app.command("password")
def password(number: Number) -> None:
    """Show the SIP password of a seat, for setting up a phone."""
    find_agent(_agents(), number)
    out.print(get_settings().secrets.sip_password(number))


def _agents() -> tuple[Agent, ...]:
    settings = get_settings()
    return load_agents(settings, load_queues(settings))


def _with_ami(act: Callable[[Ami], Awaitable[T]]) -> T:
    async def run() -> T:
        async with Ami.of(get_settings()) as ami:
            return await act(ami)

    return asyncio.run(run())


def _as_dict(state: AgentState) -> dict[str, object]:
    return {
        "agent": state.number,
        "declared": state.declared,
        "reason": state.reason,
        "observed": state.observed,
        "queues": " ".join(f"{queue}:{penalty}" for queue, penalty in state.queues.items()),
        "answered": state.calls_taken,
    }
