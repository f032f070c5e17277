"""The people of a replayed call: the caller as they were that day, and the agent who answers.

What a caller did is taken from their call: keys, patience, how long they talked. What the day does
not tell, since it went otherwise for them, is drawn from the others' calls, the same for the same
seed, whatever flow or staff is tried.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from random import Random

from foresight.replay.past import KeyPress, PastCall
from foresight.replay.patience import Patience
from foresight.service import USUAL_TALK
from ivr.simulator import Event, HangUp, Moment, Press
from ivr.simulator.clock import Clock
from tickets.outcomes import NO_HUMAN_ASKED, Outcome

# An agent's phone rings so long where no call of the day tells; a message lasts so long.
_USUAL_RING, _USUAL_MESSAGE = 4.0, 20.0
# Who hung up after having been helped or sent on has no patience left to show.
_LEFT_BY_THEMSELVES = (
    *NO_HUMAN_ASKED,
    Outcome.TIMED_OUT,
    Outcome.QUEUE_FULL,
    Outcome.NO_AGENT_AT_JOIN,
    Outcome.LEFT_EMPTY,
)


@dataclass(frozen=True, slots=True)
class Traits:
    """Seconds: how long this caller waits for a human and stays in the call unless somebody
    answers, how long a phone rings for them, how long they talk, and the work after it."""

    patience: float
    stays: float
    ring: float
    talk: float
    after_call: float
    message: float = _USUAL_MESSAGE


class Casting:
    """Gives each call of a day its people."""

    def __init__(self, calls: Sequence[PastCall], after_call: float, seed: int) -> None:
        answered = [call for call in calls if call.outcome is Outcome.ANSWERED]
        self.patience = Patience.of(calls)
        self._rings = [call.ring for call in answered if call.ring is not None] or [_USUAL_RING]
        self._talks = [call.talk for call in answered if call.talk is not None] or [USUAL_TALK]
        self._after_call = after_call
        self._seed = seed

    def traits(self, call: PastCall) -> Traits:
        """Return what is known of a call's people, the rest drawn."""
        random = Random(f"{self._seed}/{call.uid}")  # noqa: S311 - a simulation, not a secret
        ring, talk = random.choice(self._rings), random.choice(self._talks)
        beyond = self.patience.beyond(call.waited or 0.0, random)
        known = call.outcome is Outcome.ANSWERED
        return Traits(
            patience=call.waited if call.gave_up and call.waited is not None else beyond,
            stays=call.lasted if call.outcome in _LEFT_BY_THEMSELVES else inf,
            ring=call.ring if known and call.ring is not None else ring,
            talk=call.talk if known and call.talk is not None else talk,
            after_call=self._after_call,
            message=call.message or _USUAL_MESSAGE,
        )


class ReplayedCaller:
    """Presses the keys of the day after the same time of listening, as long as they mean something
    where the caller is then; a key that means nothing there is not pressed."""

    def __init__(self, keys: Sequence[KeyPress], traits: Traits, clock: Clock) -> None:
        self._keys = deque(keys)
        self._traits = traits
        self._clock = clock
        self._listened = 0.0
        # When in the call a human was first asked for; told by the call.
        self.asked: float | None = None
        self.pressed: list[KeyPress] = []

    def next(self, moment: Moment) -> Event | None:
        """Return what the caller does in this stretch of time, None for nothing."""
        leaves = self._traits.stays
        if self.asked is not None:
            leaves = min(leaves, self.asked + self._traits.patience)
        leaves -= self._clock.at
        press = self._press(moment)
        if leaves <= (press.after if press else moment.seconds):
            return HangUp(max(0.0, leaves))
        return press

    def _press(self, moment: Moment) -> Press | None:
        passed = 0.0
        while self._keys and moment.keys:
            due = passed + max(0.0, self._keys[0].after - self._listened)
            if due > moment.seconds:
                self._listened += moment.seconds - passed
                break
            passed, self._listened = due, 0.0
            key = self._keys.popleft()
            if key.key in moment.keys:
                self.pressed.append(key)
                return Press(key.key, due)
        return None
