"""Who plays along in `./hotline call`: an agent when nobody is signed in, and the partners."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cli.screen import out
from core.settings import Settings
from ivr.lines import load_lines
from phones.agent import Agent
from phones.errors import PhoneError
from phones.partner import Partner
from queues.agent_acts import Person, list_agents, sign_in, sign_out
from queues.agent_states import Declared, Observed
from queues.agents import find_agent, load_agents
from queues.definitions import load_queues
from telephony.ami import Ami

BUILT_IN_SEAT = "8013"
ANSWERS_AFTER = 1.2


@asynccontextmanager
async def somebody_answers(settings: Settings) -> AsyncIterator[Agent | None]:
    """The agents who are signed in, or a built-in one for this call."""
    seats = load_agents(settings, load_queues(settings))
    async with Ami.of(settings) as ami:
        states = await list_agents(ami, seats)
        if any(s.declared == Declared.AVAILABLE and s.observed == Observed.IDLE for s in states):
            yield None
            return
        seat = find_agent(seats, BUILT_IN_SEAT)
        phone = Agent(
            seat.number,
            settings.secrets.sip_password(seat.number),
            (settings.bind, settings.sip_port),
            answer_after=ANSWERS_AFTER,
        )
        async with phone:
            await phone.register()
            await sign_in(ami, seat, Person(seat.number))
            out.print(f"[dim]Nobody is signed in: the built-in agent {seat.number} will answer.[/]")
            try:
                yield phone
            finally:
                await sign_out(ami, seat, Person(seat.number))


@asynccontextmanager
async def partner_lines(settings: Settings) -> AsyncIterator[None]:
    """The built-in 110 and 12348, unless somebody plays them already."""
    numbers = {n for partner in load_lines(settings).partners for n in partner.numbers}
    phone = Partner(numbers, settings.trunk_address, settings.partner_port)
    try:
        await phone.start()
    except PhoneError:
        yield
        return
    try:
        yield
    finally:
        await phone.close()
