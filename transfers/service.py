"""Handing calls over, act by act: checked against the switch, done, and written down.

For the API and the command line. What was done, by whom and why goes to the journal, which needs no
database; the ledger puts it together with what the switch itself wrote.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from core.errors import HotlineError
from queues.journal import JournalKind
from telephony.ami import AmiError, AmiRefused
from telephony.journal import Journal
from transfers.board import Channel, Situation
from transfers.partners import Partner, find_partner, load_partners
from transfers.states import VOICELESS, Act, IllegalAct, Mode, State, move
from transfers.switchboard import COMPLETE, HOLD, JOIN, Switchboard


class NoCall(HotlineError):
    """There is no such call any more, or the agent is in none."""

    slug = "no-such-call"


class Busy(HotlineError):
    """Another act on the same call is being done at this moment."""

    slug = "transfer-busy"

    def __init__(self) -> None:
        super().__init__("Somebody is doing something with this call just now. Look again first.")


class NotDone(HotlineError):
    """The switch took the act and nothing came of it."""

    slug = "transfer-not-done"


@dataclass(frozen=True, slots=True)
class Start:
    """What an agent asks for. `consent` is the citizen's, None when nobody asked."""

    agent: str
    partner: str
    mode: Mode
    actor: str
    reason: str = ""
    consent: bool | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A further act on a call. `party` is who is put on hold; `accepted_by` says, at the end of a
    talk between the two sides, who takes the matter on: 12345 or the partner's code."""

    act: Act
    actor: str
    party: str = "citizen"
    accepted_by: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Transfers:
    """The acts, with what they work with."""

    hand: Switchboard
    config_dir: Path
    journal: Journal
    # Calls on which something is being done: two agents must not do two things at once.
    _under_way: set[str] = field(default_factory=set)

    @property
    def partners(self) -> Sequence[Partner]:
        """The partner lines as they are written now. Raises ConfigError."""
        return load_partners(self.config_dir)

    def situation(self, call: str) -> Situation:
        """Return who takes part in a call now. Raises NoCall."""
        found = self.hand.board.situation(call)
        if found.citizen is None:
            raise NoCall(f"The call {call[:64]} is over, or there never was one.")
        return found

    async def start(self, wanted: Start) -> Situation:
        """Begin to hand over the call that an agent is in.

        Returns as soon as the other line is being dialled. Raises UnknownPartner, NoCall,
        IllegalAct when the call is being transferred already, Busy, NotDone, AmiError.
        """
        partner = find_partner(self.partners, wanted.partner)
        leg = self.hand.board.of_agent(wanted.agent)
        if leg is None:
            raise NoCall(
                f"Agent {wanted.agent[:20]} is in no call; it may just have ended. "
                "Nothing was transferred."
            )
        told = {"act": Act.START, **asdict(wanted)}
        return await self._noted(leg.call, told, lambda: self._start(leg, partner, wanted.mode))

    async def step(self, call: str, step: Step) -> Situation:
        """Do one more act on a call. Raises NoCall, IllegalAct, Busy, NotDone, AmiError."""
        found = self.situation(call)
        return await self._noted(call, asdict(step), lambda: self._step(found, step))

    async def _start(self, agent: Channel, partner: Partner, mode: Mode) -> None:
        if mode in VOICELESS:
            return
        before = self.hand.board.situation(agent.call)
        move(before.state, Act.START)
        if mode is Mode.BLIND:
            if before.state is not State.TALKING:
                raise IllegalAct(before.state, Act.START)
            await self.hand.let_go(agent, f"{mode}-{partner.code}")
            await self._until(agent.call, lambda now: now.agent is None)
            return
        await self.hand.dial(agent, f"{mode}-{partner.code}")
        try:
            await self._until(agent.call, lambda now: _is_new(before.partner, now.partner))
        finally:
            await self.hand.forget_dialled(agent)

    async def _step(self, found: Situation, step: Step) -> None:
        target = move(found.state, step.act)
        agent, partner = found.agent, found.partner
        if agent is None or found.citizen is None:
            raise IllegalAct(found.state, step.act)
        match found.state, step.act:
            case ((State.RINGING | State.CONSULTING | State.CHECKING), Act.CANCEL):
                await self.hand.cancel(agent)
            case (State.JOINED, Act.LEAVE) | (State.RINGING, Act.COMPLETE):
                await self.hand.hang_up(agent)
            case _, Act.COMPLETE:
                await self.hand.press(agent, COMPLETE)
            case State.JOINED, Act.CANCEL if partner:
                await self.hand.hang_up(partner)
            case State.JOINED, Act.HOLD if partner:
                held = found.citizen if step.party == "citizen" else partner
                await self.hand.hold(held, agent)
            case State.PARTED, Act.JOIN:
                held = next(c for c in (found.citizen, partner) if c and c.on_hold)
                await self.hand.bring_back(held)
            case _, Act.JOIN:
                await self.hand.press(agent, JOIN)
            case _, Act.HOLD:
                _refuse_held(found.state, step)
                await self.hand.press(agent, HOLD)
        await self._until(found.call, lambda now: now.state in (target, State.OVER))

    async def _until(self, call: str, happened: Callable[[Situation], bool]) -> None:
        board = self.hand.board
        if await self.hand.until(lambda: happened(board.situation(call))):
            return
        now = board.situation(call)
        if now.state is State.OVER:
            raise NoCall("The call ended in the same moment. Nothing was transferred.")
        raise NotDone(f"The switch did not do it; the call is now: {now.state}. Try again.")

    async def _noted(
        self, call: str, told: dict[str, object], act: Callable[[], Awaitable[None]]
    ) -> Situation:
        """Do it, and write down what was asked for and what came of it. Raises Busy."""
        if call in self._under_way:
            raise Busy()
        self._under_way.add(call)
        result = "done"
        try:
            await act()
        except AmiRefused as refusal:
            result = NoCall.slug
            raise NoCall(f"A leg of this call has just ended ({refusal.reason}).") from refusal
        except (HotlineError, AmiError) as error:
            result = error.slug
            raise
        finally:
            self._under_way.discard(call)
            self.journal.write(call, JournalKind.TRANSFER, **told, result=result)
            self.journal.flush()
        return self.hand.board.situation(call)


def _is_new(before: Channel | None, now: Channel | None) -> bool:
    return now is not None and (before is None or now.uid != before.uid)


def _refuse_held(state: State, step: Step) -> None:
    """Of two parties one is on hold already: only the other can be put there."""
    held = "citizen" if state is State.CONSULTING else "partner"
    if step.party == held:
        raise IllegalAct(state, step.act)
