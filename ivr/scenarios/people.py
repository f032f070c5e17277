"""The citizen of a scenario and everybody they meet, acting by the story."""

from collections import Counter

from ivr.outcomes import Outcome
from ivr.scenarios.format import HAPPENINGS, Fate, Scenario, Step, Tells
from ivr.simulator import Event, HangUp, Happens, Moment, Press, Situation

# People need a second to find a key, and less for the next one.
REACTION, NEXT_KEY = 1.0, 0.3
_OF_NOBODY = (Outcome.TIMEOUT, Outcome.NOT_ANSWERED)


class ScriptedPeople:
    """`left` is the part of the story that has not happened yet.

    What the citizen does waits for everything told before it; what they hear in between and the
    story does not mention is passed over.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.left = list(scenario.story)
        self._given = scenario.given
        self._visits = Counter[tuple[Situation, str]]()
        self._keys = ""
        self._quiet = 0.0

    def next(self, moment: Moment) -> Event | None:
        """Return whatever comes first: the citizen's act or what others do."""
        if not moment.passed:
            self._visits[moment.situation, moment.what] += 1
            self._meet(moment)
        act, fate = self._act(moment), self._fate(moment)
        if act is not None and (fate is None or act.after <= fate.after):
            self._done()
            return act
        self._quiet = max(0.0, self._quiet - (fate.after if fate else moment.seconds))
        return fate

    def _meet(self, moment: Moment) -> None:
        while self.left and self.left[0].tells in HAPPENINGS and is_told(self.left[0], moment):
            del self.left[0]

    def _act(self, moment: Moment) -> Press | HangUp | None:
        """Return the citizen's next act if this moment is one for it."""
        while self.left and self.left[0].tells is Tells.SILENT:
            self._quiet += float(self.left.pop(0).what)
        after = NEXT_KEY if self._keys else max(REACTION, self._quiet)
        if not self.left or after > moment.seconds:
            return None
        match self.left[0]:
            case Step(tells=Tells.PRESSES, what=keys) if moment.keys:
                return Press(keys[len(self._keys)], after)
            case Step(tells=Tells.SPEAKS, what=seconds) if moment.situation is Situation.MESSAGE:
                return Press("#", min(float(seconds), moment.seconds))
            case Step(tells=Tells.HANGS_UP):
                return HangUp(after)
        return None

    def _done(self) -> None:
        self._quiet = 0.0
        step = self.left[0]
        if step.tells is Tells.PRESSES:
            self._keys += step.what[len(self._keys)]
            if self._keys != step.what:
                return
        self._keys = ""
        del self.left[0]

    def _fate(self, moment: Moment) -> Happens | None:
        fates = self._fates(moment)
        if not fates:
            return None
        visit = self._visits[moment.situation, moment.what]
        fate = fates[min(visit, len(fates)) - 1]
        after = fate.after - moment.passed
        if (fate.outcome in _OF_NOBODY and not fate.after) or not 0 <= after <= moment.seconds:
            return None
        return Happens(fate.outcome, after)

    def _fates(self, moment: Moment) -> tuple[Fate, ...]:
        match moment.situation:
            case Situation.QUEUE:
                return self._given.queues.get(moment.what, ())
            case Situation.PARTNER:
                return self._given.partners.get(moment.what, ())
            case _:
                return ()


def is_told(step: Step, moment: Moment) -> bool:
    """Tell whether a line of a story speaks of the moment that begins."""
    match step.tells, moment.situation:
        case Tells.HEARS, Situation.PROMPT:
            return moment.what.partition("/")[2] == step.what
        case Tells.HEARS, Situation.QUEUE:
            return step.what in [said.partition("/")[2] for said in moment.plays]
        case (
            (Tells.WAITS, Situation.QUEUE)
            | (Tells.RINGS, Situation.PARTNER)
            | (Tells.TALKS, Situation.TALK)
        ):
            return moment.what == step.what
    return False
