"""/api/agents/{number}/phone: what a seat talks through, a telephone or the agent's browser.

The browser's secret is given to whoever works at the seat and to nobody else; it is as old as the
choice of that phone and void when the seat chooses another.
"""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from api.acting import Principal, Who
from api.agents import Number
from api.errors import NotFound, NotPermitted
from api.fields import Answer
from api.resources import Open, Resources
from queues.agents import Agent, UnknownSeatError, find_agent, load_agents
from queues.definitions import load_queues
from queues.seat_phones import SeatPhone, browser_account, use_browser, use_desk
from telephony.ami import Ami

router = APIRouter(prefix="/api/agents", tags=["agents"])


class PhoneBody(BaseModel):
    """Which phone the seat shall have from now on."""

    model_config = ConfigDict(extra="forbid")

    phone: SeatPhone


class PhoneAnswer(Answer):
    """The seat's phone; the rest is what a browser needs to sign in at the switch."""

    phone: SeatPhone
    account: str | None = None
    secret: str | None = None
    socket: str | None = None


@router.get("/{number}/phone")
async def get_phone(number: Number, opened: Open, who: Who) -> PhoneAnswer:
    """Say what the seat talks through; a page that was loaded anew goes on with this."""
    return _answer(opened, _seat(number, opened, who))


@router.post("/{number}/phone")
async def post_phone(number: Number, body: PhoneBody, opened: Open, who: Who) -> PhoneAnswer:
    """Choose the seat's phone; a browser gets a new secret. Refused while the seat is in a talk."""
    seat = _seat(number, opened, who)
    async with Ami.of(opened.settings) as ami:
        if body.phone is SeatPhone.BROWSER:
            await use_browser(opened.settings, ami, seat)
        else:
            await use_desk(opened.settings, ami, seat)
    return _answer(opened, seat)


def _seat(number: str, opened: Resources, who: Principal) -> Agent:
    if who.known and not who.works_at(number):
        raise NotPermitted(who.known.role.on_the_door)
    settings = opened.settings
    try:
        return find_agent(load_agents(settings, load_queues(settings)), number)
    except UnknownSeatError as error:
        raise NotFound(str(error)) from error


def _answer(opened: Resources, seat: Agent) -> PhoneAnswer:
    found = browser_account(opened.settings, seat)
    if found is None:
        return PhoneAnswer(phone=SeatPhone.DESK)
    return PhoneAnswer(
        phone=SeatPhone.BROWSER,
        account=found.account,
        secret=found.secret,
        socket=opened.settings.phone_socket,
    )
