"""The simulated caller as the engine sees them: the same port that AGI implements."""

from collections.abc import Mapping, Sequence

from ivr.channel import Digits, HungUp
from ivr.outcomes import KEYS
from ivr.simulator.clock import Clock
from ivr.simulator.people import HangUp, Moment, People, Press, Situation
from ivr.simulator.transcript import Kind, Transcript
from ivr.sounds import Sounds


class SimulatedChannel:
    """Plays to and listens to `people`; `asked` is what the engine wants of the switch next."""

    def __init__(self, people: People, sounds: Sounds, transcript: Transcript) -> None:
        self._people = people
        self._sounds = sounds
        self._transcript = transcript
        self._clock: Clock = transcript.clock
        self.asked: Mapping[str, str] = {}

    async def play(self, paths: Sequence[str], keys: str = "") -> str:
        """Play sounds in order; return the key among `keys` that cut them short, or ""."""
        return self._say(paths, keys)

    def _say(self, paths: Sequence[str], keys: str) -> str:
        for path in paths:
            self._transcript.add(Kind.HEARS, path)
            key = self._listen(Situation.PROMPT, path, self._sounds.seconds(path), keys)
            if key:
                return key
        return ""

    async def collect(
        self, paths: Sequence[str], digits: int, first: float, between: float, instant: str = ""
    ) -> Digits:
        """Play sounds that any key cuts short and collect keys as the port says."""
        key = self._say(paths, KEYS) or self._listen(Situation.KEY, "", first, KEYS)
        if key and key in instant:
            return Digits(key, False)
        value = ""
        while key and key != "#":
            value += key
            if len(value) == digits:
                return Digits(value, False)
            key = self._listen(Situation.KEY, value, between, KEYS)
        return Digits(value, not key)

    async def set_next(self, variables: Mapping[str, str]) -> None:
        """Keep what the switch is to do next."""
        self.asked = variables

    def _listen(self, situation: Situation, what: str, seconds: float, keys: str) -> str:
        """Return the first key that means something, or "" when the time is over."""
        passed = 0.0
        while True:
            moment = Moment(situation, what, seconds - passed, keys, (), passed)
            match self._people.next(moment):
                case Press(key=key, after=after):
                    passed += after
                    self._clock.advance(after)
                    self._transcript.add(Kind.PRESSES, key)
                    if key in keys:
                        return key
                case HangUp(after=after):
                    self._clock.advance(after)
                    self._transcript.add(Kind.HANGS_UP)
                    raise HungUp
                case _:
                    self._clock.advance(seconds - passed)
                    return ""
