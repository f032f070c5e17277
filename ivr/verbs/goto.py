"""goto: a named place that leads elsewhere, so that many edges may share one that moves."""

from dataclasses import dataclass
from typing import ClassVar

from ivr.call import Call
from ivr.results import Done
from ivr.verb import Verb, verb


@verb
@dataclass(frozen=True, slots=True)
class Goto(Verb):
    """Does nothing but lead on."""

    name: ClassVar[str] = "goto"

    async def run(self, call: Call) -> Done:
        """Lead on."""
        return Done()
