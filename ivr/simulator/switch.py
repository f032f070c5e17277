"""The simulated switch: does what a flow asks of the dialplan and reports how it went."""

from collections.abc import Mapping

from ivr.channel import HungUp
from ivr.flow import Node
from ivr.inventory import first_of_music
from ivr.on_air import COUNTING_KEYS
from ivr.outcomes import KEY_OUTCOMES, Outcome
from ivr.results import Next
from ivr.simulator.people import HangUp, Happens, Moment, People, Press, Situation
from ivr.simulator.transcript import Kind, Transcript
from ivr.verbs.queue import Queue

# A partner line is rung for so long; a talk that nobody ends lasts this long.
RINGING, TALKING = 20.0, 120.0
# The dialplan takes less for a cough.
SHORTEST_MESSAGE = 3.0


class SimulatedSwitch:
    """Performs one step after the other for one caller."""

    def __init__(self, people: People, transcript: Transcript) -> None:
        self._people = people
        self._transcript = transcript
        self._clock = transcript.clock

    def perform(self, node: Node, asked: Mapping[str, str]) -> str | None:
        """Do what a node asked for; return the outcome, or None at the end of the call.

        Raises HungUp when the caller leaves meanwhile.
        """
        match asked["HOTLINE_NEXT"]:
            case Next.QUEUE:
                return self._queue(node, asked)
            case Next.PARTNER:
                return self._partner(node, asked["HOTLINE_PARTNER"])
            case Next.MESSAGE:
                return self._message(float(asked["HOTLINE_TIMEOUT"]))
            case _:
                self._transcript.add(Kind.HUNG_UP_ON)
                return None

    def _queue(self, node: Node, asked: Mapping[str, str]) -> str:
        queue, timeout = asked["HOTLINE_QUEUE"], float(asked["HOTLINE_TIMEOUT"])
        self._transcript.add(Kind.WAITS, queue)
        said = first_of_music(asked["HOTLINE_MUSIC"])
        for prompt in said:
            self._transcript.add(Kind.HEARS, prompt)
        moment = Moment(
            Situation.QUEUE,
            queue,
            timeout,
            _live_keys(node),
            node.verb.outcomes,
            plays=tuple(said),
        )
        return self._wait(moment, Outcome.TIMEOUT)

    def _partner(self, node: Node, partner: str) -> str:
        self._transcript.add(Kind.RINGS, partner)
        moment = Moment(Situation.PARTNER, partner, RINGING, "", node.verb.outcomes)
        return self._wait(moment, Outcome.NOT_ANSWERED)

    def _wait(self, moment: Moment, otherwise: str) -> str:
        """Return what ends the wait: a live key, other people, or time."""
        while True:
            event = self._pass(moment)
            if isinstance(event, Press):
                if event.key in moment.keys:
                    return KEY_OUTCOMES[event.key]
                continue
            outcome = event.outcome if event else otherwise
            self._transcript.add(Kind.OUTCOME, outcome)
            if outcome == Outcome.ANSWERED:
                self._talk(moment.what)
            return outcome

    def _talk(self, to: str) -> None:
        self._transcript.add(Kind.TALKS, to)
        moment = Moment(Situation.TALK, to, TALKING, "", (Outcome.ANSWERED,))
        while isinstance(self._pass(moment), Press):
            pass

    def _message(self, longest: float) -> str:
        self._transcript.add(Kind.RECORDS)
        moment = Moment(Situation.MESSAGE, "", longest, "#", ())
        try:
            while isinstance(event := self._pass(moment), Press) and event.key != "#":
                pass
        finally:
            spoken = moment.passed
            outcome = Outcome.RECORDED if spoken >= SHORTEST_MESSAGE else Outcome.TOO_SHORT
            self._transcript.add(Kind.OUTCOME, outcome)
        return outcome

    def _pass(self, moment: Moment) -> Press | Happens | None:
        """Let the moment go on until something happens; None when it is over by itself."""
        event = self._people.next(moment)
        after = event.after if event else moment.seconds
        self._clock.advance(after)
        moment.seconds -= after
        moment.passed += after
        if isinstance(event, HangUp):
            self._transcript.add(Kind.HANGS_UP)
            raise HungUp
        if isinstance(event, Press):
            self._transcript.add(Kind.PRESSES, event.key)
        return event


def _live_keys(node: Node) -> str:
    if not isinstance(node.verb, Queue):
        return ""
    return node.verb.keys + (COUNTING_KEYS if node.verb.incidents else "")
