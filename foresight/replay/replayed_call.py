"""One call of the day through a flow: the real engine in the menus, the floor in the queue.

A session in a menu touches nobody else, so it is lived at once and its end noted in the agenda; the
waiting between is lived together with everybody else's.
"""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from math import inf

from core.errors import HotlineError
from foresight.replay.agenda import Action, Agenda
from foresight.replay.floor import Floor, Waiting
from foresight.replay.lived import Lived
from foresight.replay.past import KeyPress, PastCall
from foresight.replay.person import ReplayedCaller, Traits
from foresight.replay.tickets import ReplayedTickets
from ivr import engine
from ivr.call import Call, Equipment, Known
from ivr.channel import HungUp
from ivr.flow import Flow
from ivr.outcomes import KEY_OUTCOMES
from ivr.outcomes import Outcome as Edge
from ivr.results import Next, NextStep
from ivr.simulator import HangUp, Moment, Press, Situation
from ivr.simulator.channel import SimulatedChannel
from ivr.simulator.clock import Clock
from ivr.simulator.equipment import MemoryJournal, NamedPrompts
from ivr.simulator.simulation import MOST_ROUNDS
from ivr.simulator.switch import SHORTEST_MESSAGE
from ivr.simulator.transcript import Transcript
from ivr.sounds import Sounds
from ivr.state import decode
from ivr.timetable import Timetable
from ivr.verb import Verb
from ivr.verbs.queue import Queue
from tickets.calendar import Workdays
from tickets.outcomes import Outcome

# A partner line picks up after so many seconds, or is given up after so many.
_PICKED_UP, _GIVEN_UP = 8.0, 20.0
_CALLER, _CODE = "13800000000", "204060"
_FOR_EVER = 86_400.0
_ENDS: Mapping[str, Outcome] = {
    Edge.TIMEOUT: Outcome.TIMED_OUT,
    Edge.FULL: Outcome.QUEUE_FULL,
    Edge.NO_AGENT: Outcome.NO_AGENT_AT_JOIN,
    Edge.LEFT_EMPTY: Outcome.LEFT_EMPTY,
}


@dataclass(frozen=True, slots=True)
class Scene:
    """What all calls of a replay share. `room` is how many callers fit in each queue."""

    midnight: datetime
    agenda: Agenda
    floor: Floor
    sounds: Sounds
    workdays: Workdays
    timetable: Timetable
    room: Mapping[str, int]


class ReplayedCall:
    """Lives one call; `lived` is complete when the agenda is empty."""

    def __init__(self, past: PastCall, traits: Traits, flow: Flow, scene: Scene) -> None:
        self.lived = Lived(past.at)
        self.past, self._traits, self._flow, self._scene = past, traits, flow, scene
        self._clock = Clock(scene.midnight + timedelta(seconds=past.at))
        self._person = ReplayedCaller(past.keys, traits, self._clock)
        self._channel = SimulatedChannel(self._person, scene.sounds, Transcript(self._clock))
        self._equipment = Equipment(
            prompts=NamedPrompts(),
            journal=MemoryJournal(),
            workdays=scene.workdays,
            timetable=scene.timetable,
            tickets=ReplayedTickets(scene.midnight.date(), past.served),
            now=self._clock.now,
            ticks=self._clock.ticks,
        )
        self._rounds = 0

    async def begin(self) -> None:
        """Arrive."""
        known: dict[str, str] = {Known.CODE: _CODE, Known.LINE: self.past.line}
        await self._session(engine.start(self._flow, self._call(known)))

    def _call(self, variables: dict[str, str]) -> Call:
        caller = _CALLER if self.past.known else ""
        return Call(self.past.uid, caller, self._channel, self._equipment, variables)

    async def _session(self, steps: Awaitable[NextStep]) -> None:
        """Live in the menus until the switch has something to do. A flow that breaks leaves the
        caller to the dialplan, which knows one thing: to let them wait for a human."""
        try:
            await steps
        except HungUp:
            return
        except HotlineError:
            self._note(self._survive)
            return
        self._note(self._perform)

    def _note(self, action: Action) -> None:
        """Let something happen when the call has come so far."""
        self._scene.agenda.note(self.past.at + self._clock.at, action)

    def _perform(self) -> Awaitable[None] | None:
        """Do what the flow asks of the switch."""
        asked = self._channel.asked
        match asked["HOTLINE_NEXT"]:
            case Next.QUEUE:
                return self._queue(asked)
            case Next.PARTNER:
                self._partner(asked["HOTLINE_PARTNER"])
            case Next.MESSAGE:
                self._message(float(asked["HOTLINE_TIMEOUT"]))
        return None

    def _resume_in(self, seconds: float, outcome: str) -> None:
        self._clock.advance(seconds)
        self._note(partial(self._resume, outcome))

    async def _resume(self, outcome: str) -> None:
        self._rounds += 1
        if self._rounds > MOST_ROUNDS:
            self._survive()
            return
        state = decode(self._channel.asked["HOTLINE_STATE"])
        call = self._call(state.variables)
        await self._session(engine.resume(self._flow, state.node, outcome, call))

    # Waiting for a human.

    def _queue(self, asked: Mapping[str, str]) -> Awaitable[None] | None:
        queue, verb = asked["HOTLINE_QUEUE"], self._node_verb()
        self._wait_begins()
        self.lived.visits += 1
        refused = self._refused(queue)
        if refused is not None:
            self.lived.queue_end = _ENDS[refused]
            return self._resume(refused)
        keys = verb.keys if isinstance(verb, Queue) else ""
        moment = Moment(Situation.QUEUE, queue, float(asked["HOTLINE_TIMEOUT"]), keys)
        self._wait(moment, int(asked["HOTLINE_PRIORITY"]))
        return None

    def _node_verb(self) -> Verb:
        state = decode(self._channel.asked["HOTLINE_STATE"])
        return self._flow.node(state.node).verb

    def _refused(self, queue: str) -> Edge | None:
        floor = self._scene.floor
        if not floor.on_duty:
            return Edge.NO_AGENT
        return Edge.FULL if floor.waiting >= self._scene.room.get(queue, inf) else None

    def _survive(self) -> None:
        self._wait_begins()
        self.lived.visits += 1
        self._wait(Moment(Situation.QUEUE, "", _FOR_EVER), 0, survives=True)

    def _wait(self, moment: Moment, priority: int, survives: bool = False) -> None:
        """Stand in line until an agent, the caller or time ends it, whichever comes first."""
        began, traits = self._scene.agenda.now, self._traits
        visit = Waiting(
            priority,
            traits.ring,
            traits.talk + traits.after_call,
            answered=lambda: self._answered(began),
            sent_away=lambda: self._left(began, None if survives else Edge.LEFT_EMPTY),
        )
        event = self._person.next(moment)

        def end() -> None:
            if visit.over:
                return
            self._scene.floor.leave(visit)
            if isinstance(event, Press):
                self._left(began, KEY_OUTCOMES[event.key])
            else:
                self._left(began, None if isinstance(event, HangUp) else Edge.TIMEOUT)

        self._scene.floor.join(visit)
        self._scene.agenda.note(began + (event.after if event else moment.seconds), end)

    def _wait_begins(self) -> None:
        if self.lived.asked_at is None:
            self.lived.asked_at = self._scene.agenda.now
            self._person.asked = self._clock.at

    def _answered(self, began: float) -> None:
        self._clock.advance(self._scene.agenda.now - began)
        self.lived.answered_at = self._scene.agenda.now
        self.lived.rang, self.lived.talked = self._traits.ring, self._traits.talk

    def _left(self, began: float, outcome: str | None) -> None:
        """Leave the line: to the flow's edge, or, with None, by hanging up."""
        self._clock.advance(self._scene.agenda.now - began)
        self.lived.left_at = self._scene.agenda.now
        self.lived.queue_end = _ENDS.get(outcome) if outcome else None
        if outcome is not None:
            self._note(partial(self._resume, outcome))

    # Partner lines and messages: nobody of ours is busy with them.

    def _partner(self, partner: str) -> None:
        self._wait_begins()
        answers = self.past.partner_answers
        seconds = _PICKED_UP if answers else _GIVEN_UP
        event = self._person.next(Moment(Situation.PARTNER, partner, seconds))
        self.lived.left_at = self._scene.agenda.now + (event.after if event else seconds)
        if event is None and answers:
            self.lived.partners.add(partner)
        elif event is None:
            self._resume_in(seconds, Edge.NOT_ANSWERED)

    def _message(self, longest: float) -> None:
        spoken = min(self._traits.message, longest)
        enough = spoken >= SHORTEST_MESSAGE
        self.lived.message_left = enough
        if enough and self.lived.asked_at is None:
            self.lived.asked_at = self._scene.agenda.now
        self._resume_in(spoken, Edge.RECORDED if enough else Edge.TOO_SHORT)

    @property
    def seconds(self) -> float:
        """How long the call has lasted, but for a talk."""
        return self._clock.at

    @property
    def pressed(self) -> list[KeyPress]:
        """The keys that meant something."""
        return self._person.pressed

    def told(self) -> frozenset[str]:
        """Return the kinds of what the call's journal would tell."""
        journal = self._equipment.journal
        assert isinstance(journal, MemoryJournal)  # noqa: S101 - as made above
        return frozenset(kind for kind, _ in journal.lines)
