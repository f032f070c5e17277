"""`agents`: who is signed in and what they do, and every change a person may make to it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar

import typer

from cli.person import By
from cli.reading import moment, read
from cli.screen import out, print_json, print_table
from core.clock import local_day, midnight, utc_now
from core.settings import Settings, get_settings
from queues import agent_acts
from queues.agent_acts import Person
from queues.agent_history import AgentChange, answered_by, history_of, seconds_of
from queues.agent_states import AgentState
from queues.agents import Agent, find_agent, load_agents
from queues.breaks import find_break, load_breaks
from queues.definitions import Queue, load_queues
from telephony.ami import Ami

app = typer.Typer(help="Seats: who is there, what they do, and changing it.", no_args_is_help=True)
T = TypeVar("T")
Number = Annotated[str, typer.Argument(help="The seat's number, such as 8013.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


@dataclass(frozen=True, slots=True)
class Floor:
    """The seats and queues as they are configured."""

    settings: Settings
    queues: Sequence[Queue]
    agents: Sequence[Agent]

    def seat(self, number: str) -> Agent:
        """Return a seat. Raises UnknownSeatError."""
        return find_agent(self.agents, number)


@app.command("list")
def list_command(as_json: AsJson = False) -> None:
    """Show every seat: what its agent declared, what the switch sees, and calls answered today."""
    floor = _floor()
    states = _with_ami(lambda ami: agent_acts.list_agents(ami, floor.agents, floor.queues))
    today = midnight(local_day(utc_now()))
    answered = read(lambda session: answered_by(session, today, utc_now()))
    shown = [
        _as_dict(state) | {"answered_today": answered.get(state.number, 0)} for state in states
    ]
    if as_json:
        print_json(shown)
        return
    heads = ("agent", "declared", "reason", "observed", "since", "queues", "answered today")
    print_table(heads, [tuple(one.values()) for one in shown])


@app.command("state")
def state_command(number: Number, as_json: AsJson = False) -> None:
    """Show one seat, and how its agent spent today so far."""
    floor = _floor()
    seat = floor.seat(number)
    state = _as_dict(_with_ami(lambda ami: agent_acts.state_of(ami, seat, floor.queues)))
    now = utc_now()
    today = midnight(local_day(now))
    spent = read(lambda session: seconds_of(session, today, now, [number])).get(number, {})
    state |= {f"{name}_seconds_today": round(seconds) for name, seconds in sorted(spent.items())}
    if as_json:
        print_json(state)
        return
    print_table(("what", "is"), [(name.replace("_", " "), value) for name, value in state.items()])


@app.command("history")
def history_command(
    number: Number,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many changes.")] = 30,
    as_json: AsJson = False,
) -> None:
    """Show the latest changes of a seat, newest first: what, by whom, and why."""
    changes = read(lambda session: history_of(session, number, limit))
    if as_json:
        print_json([_change(change) for change in changes])
        return
    rows = [(moment(c.at), c.what, c.reason, c.cause, c.actor, c.declared) for c in changes]
    print_table(("at", "what", "reason", "cause", "by", "then"), rows)


@app.command("in")
def sign_in(number: Number, by: By) -> None:
    """Sign a seat in to its queues; it is available then."""
    floor = _floor()
    seat = floor.seat(number)
    _with_ami(lambda ami: agent_acts.sign_in(ami, seat, Person(by)))
    out.print(f"{number} is signed in to {', '.join(seat.queues)}.")


@app.command("out")
def sign_out(number: Number, by: By) -> None:
    """Sign a seat out of every queue, also one that agents.toml no longer names."""
    seat = Agent(number, {}) if number.isdecimal() else _floor().seat(number)
    _with_ami(lambda ami: agent_acts.sign_out(ami, seat, Person(by)))
    out.print(f"{number} is signed out.")


@app.command("break")
def take_break(
    number: Number,
    by: By,
    reason: Annotated[str, typer.Argument(help="A name of breaks.toml.")] = "rest",
) -> None:
    """Let a seat rest: it is rung no more until it is available again."""
    floor = _floor()
    seat, why = floor.seat(number), find_break(load_breaks(floor.settings), reason)
    _with_ami(lambda ami: agent_acts.take_break(ami, seat, why, Person(by)))
    out.print(f"{number} is on a break: {why.title}.")


@app.command("available")
def make_available(number: Number, by: By) -> None:
    """End a break, also one that missed rings began."""
    seat = _floor().seat(number)
    _with_ami(lambda ami: agent_acts.make_available(ami, seat, Person(by)))
    out.print(f"{number} is available.")


@app.command("wrap")
def extend_wrap_up(number: Number, by: By) -> None:
    """Give a seat more time after its last talk, as much as its queues allow."""
    floor = _floor()
    seat = floor.seat(number)
    left = _with_ami(lambda ami: agent_acts.extend_wrap_up(ami, seat, floor.queues, Person(by)))
    out.print(f"{number} has {left} s more. ./hotline agents available {number} ends it sooner.")


@app.command("password")
def password(number: Number) -> None:
    """Show the SIP password of a seat, for setting up a phone."""
    _floor().seat(number)
    out.print(get_settings().secrets.sip_password(number))


def _floor() -> Floor:
    settings = get_settings()
    queues = load_queues(settings)
    return Floor(settings, queues, load_agents(settings, queues))


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
        "since": moment(state.since),
        "queues": " ".join(f"{queue}:{penalty}" for queue, penalty in state.queues.items()),
    }


def _change(change: AgentChange) -> dict[str, object]:
    return {
        "at": change.at.isoformat(),
        "what": change.what,
        "reason": change.reason,
        "cause": change.cause,
        "actor": change.actor,
        "declared": change.declared,
    }
