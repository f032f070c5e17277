"""survey: the five-level rating (好差评) after a talk; asked once, never in anybody's way."""

from dataclasses import dataclass
from typing import ClassVar

from ivr.call import Call
from ivr.fields import PromptId, Seconds
from ivr.outcomes import Outcome
from ivr.results import NoInput, Rated
from ivr.verb import Verb, verb


@verb
@dataclass(frozen=True, slots=True)
class Survey(Verb):
    """Keys 1 (very satisfied) to 5 (very dissatisfied); any other key is no answer."""

    name: ClassVar[str] = "survey"
    outcomes: ClassVar[tuple[str, ...]] = (Outcome.RATED, Outcome.NO_INPUT)
    by_caller: ClassVar[tuple[str, ...]] = (Outcome.RATED,)

    prompt: PromptId
    timeout: Seconds = 8

    async def run(self, call: Call) -> Rated | NoInput:
        """Ask, and write down what was pressed."""
        key = await call.ask_key([self.prompt], self.timeout)
        if key not in tuple("12345"):
            return NoInput()
        call.note("rating", score=int(key))
        return Rated(int(key))
