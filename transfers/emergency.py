"""The emergency button: 110 at once, no step in between, and the shift's supervisors are told.

The alert is written down before anything is tried, so that it stands whatever the switch does.
"""

import asyncio
from dataclasses import asdict, dataclass
from enum import StrEnum

from core.errors import HotlineError
from queues.journal import JournalKind
from transfers.board import Situation
from transfers.partners import find_partner
from transfers.service import NoCall, NotDone, Start, Step, Transfers
from transfers.states import Act, Mode, State

# Seconds that the switch plays its tone to an agent who took a caller back; until then it takes no
# keys of theirs.
_SETTLES = 0.7


class Cause(StrEnum):
    """Why it was pressed."""

    DANGER = "danger"  # to a person, property or the public: 110 acts first, the rest follows
    STABILITY = "stability"  # a hint at trouble in public order: told to 110 without delay


class NoEmergencyLine(HotlineError):
    """A line that is not there for emergencies."""

    slug = "no-emergency-line"


@dataclass(frozen=True, slots=True)
class Emergency:
    """What an agent presses. `stay`: they remain and join all three, for a caller who must not be
    left alone; otherwise they are free as soon as the emergency line answers."""

    agent: str
    actor: str
    partner: str = "110"
    cause: Cause = Cause.DANGER
    reason: str = ""
    stay: bool = False


async def press(transfers: Transfers, wanted: Emergency) -> Situation:
    """Alert the supervisors and dial the emergency line, whatever else is being done in the call.

    A consultation with another line is given up for it. Raises UnknownPartner, NoEmergencyLine,
    NoCall, and after the alert Busy, IllegalAct, NotDone, AmiError.
    """
    partner = find_partner(transfers.partners, wanted.partner)
    if not partner.emergency:
        raise NoEmergencyLine(f"{partner.code} is no emergency line; use an ordinary transfer.")
    leg = transfers.hand.board.of_agent(wanted.agent)
    if leg is None:
        raise NoCall(f"Agent {wanted.agent[:20]} is in no call; ring {partner.code} by hand.")
    transfers.journal.write(leg.call, JournalKind.ALERT, **asdict(wanted))
    transfers.journal.flush()
    await _clear(transfers, leg.call, wanted)
    mode = Mode.CONSULT if wanted.stay else Mode.ONE_KEY
    start = Start(wanted.agent, partner.code, mode, wanted.actor, wanted.reason)
    try:
        found = await transfers.start(start)
    except NotDone:
        found = await transfers.start(start)
    if wanted.stay:
        found = await _join(transfers, found, partner.longest_ringing, wanted)
    return found


def note_seen(transfers: Transfers, call: str, actor: str) -> None:
    """Write down that a supervisor took note of a call's alerts."""
    transfers.journal.write(call, JournalKind.ALERT_SEEN, actor=actor)
    transfers.journal.flush()


async def _clear(transfers: Transfers, call: str, wanted: Emergency) -> None:
    """Give up what is being done with another line."""
    before = transfers.situation(call).state
    if before is State.PARTED:
        await transfers.step(call, Step(Act.JOIN, wanted.actor, reason=wanted.reason))
    elif before in (State.RINGING, State.CONSULTING, State.CHECKING):
        await transfers.step(call, Step(Act.CANCEL, wanted.actor, reason=wanted.reason))
        await asyncio.sleep(_SETTLES)


async def _join(
    transfers: Transfers, found: Situation, longest: int, wanted: Emergency
) -> Situation:
    """Bring all three together as soon as they answer; who does not answer leaves two."""
    board, call = transfers.hand.board, found.call
    await transfers.hand.until(
        lambda: board.situation(call).state is not State.RINGING, seconds=float(longest)
    )
    if board.situation(call).state is State.CONSULTING:
        return await transfers.step(call, Step(Act.JOIN, wanted.actor))
    return board.situation(call)
