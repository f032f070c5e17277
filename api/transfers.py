"""/api/transfers: handing calls over to partner lines, act by act; the console's own door.

The acts need the switch, never the database. Who acts is named, as for every change.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from api.acting import Actor, Principal, Who
from api.errors import NotPermitted
from api.fields import Answer
from api.handing_cases import announce_case
from api.resources import Open
from core.settings import Settings
from people.roles import Permission
from telephony.ami import Ami, AmiDown
from telephony.journal import Journal
from transfers.board import Situation
from transfers.partners import Accept
from transfers.service import Start, Step, Transfers
from transfers.states import MOVES, Act, Mode, State
from transfers.switchboard import FILTERS, Switchboard

router = APIRouter(prefix="/api", tags=["transfers"])

Call = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,64}$", description="The call's uid.")]
Reason = Annotated[str, Field(max_length=500)]


class StartBody(BaseModel):
    """What an agent asks for; `consent` is the citizen's word, null when nobody asked."""

    model_config = ConfigDict(extra="forbid")

    agent: str = Field(pattern=r"^[0-9]{2,8}$", examples=["8013"])
    partner: str = Field(max_length=32, examples=["110"])
    mode: Mode = Mode.CONSULT
    consent: bool | None = None
    reason: Reason = ""


class StepBody(BaseModel):
    """A further act. `party` is who is put on hold, `accepted_by` who takes the matter on."""

    model_config = ConfigDict(extra="forbid")

    party: str = Field(default="citizen", pattern=r"^(citizen|partner)$")
    accepted_by: str | None = Field(default=None, max_length=32, examples=["12345", "110"])
    reason: Reason = ""


class SituationAnswer(BaseModel):
    """Where a call stands, and which acts are possible now."""

    call: str
    state: State
    agent: str | None
    acts: list[Act]


class PartnerAnswer(Answer):
    """One partner line, as lines.toml has it."""

    code: str
    name: str
    dial: str
    emergency: bool
    capacity: int
    accept: Accept
    answer_timeout: int


@asynccontextmanager
async def open_transfers(settings: Settings) -> AsyncIterator[Transfers]:
    """Keep a hand on the switch while the API runs, also when the switch comes later than we do."""
    ami = Ami.of(settings, classes="call", filters=FILTERS)
    hand = Switchboard(ami)
    journal = Journal(settings.journal)
    watching = asyncio.create_task(_watch(ami, hand), name="transfers")
    try:
        yield Transfers(hand, settings.config_dir, journal)
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
        await ami.close()
        journal.close()


async def _watch(ami: Ami, hand: Switchboard) -> None:
    ami.on_reconnect(hand.look)
    await ami.connect_when_up()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(hand.follow())
        tasks.create_task(hand.look())


async def _transfers(request: Request) -> Transfers:
    found: Transfers = request.app.state.transfers
    if not found.hand.connected:
        raise AmiDown("The switch is away; agents' own keys (*7, *3, …) work all the same.")
    return found


Hands = Annotated[Transfers, Depends(_transfers)]


@router.get("/partners")
async def get_partners(request: Request) -> list[PartnerAnswer]:
    """List the lines a call can be handed over to."""
    found: Transfers = request.app.state.transfers
    return [PartnerAnswer.model_validate(partner) for partner in found.partners]


@router.post("/transfers")
async def start(
    opened: Open, hands: Hands, who: Who, actor: Actor, body: StartBody
) -> SituationAnswer:
    """Begin to hand over the call that an agent is in; answers when the other line is dialled.

    The case goes to the other side's platform first, where there is one.
    """
    be_at_seat(who, body.agent)
    wanted = Start(actor=actor, **body.model_dump())
    await announce_case(opened, hands, wanted)
    return answer(await hands.start(wanted))


@router.get("/transfers/calls/{call}")
async def situation(hands: Hands, call: Call) -> SituationAnswer:
    """Say who hears whom in a call now, and what can be done."""
    return answer(hands.situation(call))


@router.post("/transfers/calls/{call}/{act}")
async def step(
    hands: Hands, who: Who, actor: Actor, call: Call, act: Act, body: StepBody | None = None
) -> SituationAnswer:
    """Do one more act on a call that is being handed over."""
    leg = hands.situation(call).agent
    if leg is not None:
        be_at_seat(who, leg.agent)
    given = (body or StepBody()).model_dump()
    return answer(await hands.step(call, Step(act=act, actor=actor, **given)))


def be_at_seat(who: Principal, seat: str | None) -> None:
    """Raise NotPermitted for somebody at another seat who is no supervisor."""
    if who.known and not who.works_at(seat) and not who.may(Permission.FORCE_STATE):
        raise NotPermitted(who.known.role.on_the_door)


def answer(found: Situation) -> SituationAnswer:
    """Return a situation as the API tells it."""
    return SituationAnswer(
        call=found.call,
        state=found.state,
        agent=found.agent.agent if found.agent else None,
        acts=[act for state, act in MOVES if state is found.state],
    )
