"""message: the caller speaks after the beep; # or silence of the line ends it."""

from dataclasses import dataclass
from typing import ClassVar

from ivr.call import Call
from ivr.fields import Seconds
from ivr.outcomes import Outcome
from ivr.results import Next, NextStep
from ivr.verb import Verb, verb


@verb
@dataclass(frozen=True, slots=True)
class Message(Verb):
    """`longest` in seconds; what counts as too short is the dialplan's to measure."""

    name: ClassVar[str] = "message"
    outcomes: ClassVar[tuple[str, ...]] = (Outcome.RECORDED, Outcome.TOO_SHORT)
    leaves: ClassVar[bool] = True

    longest: Seconds = 180

    async def run(self, call: Call) -> NextStep:
        """Ask for the recording."""
        return NextStep(Next.MESSAGE, {"HOTLINE_TIMEOUT": f"{self.longest:.0f}"})
