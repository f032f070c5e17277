"""collect: digits into a variable, ended by # or by their number."""

from dataclasses import dataclass
from typing import ClassVar

from ivr.call import Call
from ivr.fields import Digits, PromptId, Seconds, Tries, VariableName
from ivr.outcomes import Outcome
from ivr.results import Collected, Invalid, NoInput
from ivr.verb import Verb, verb


@verb
@dataclass(frozen=True, slots=True)
class Collect(Verb):
    """`first` and `between` are seconds before the first and each further digit."""

    name: ClassVar[str] = "collect"
    outcomes: ClassVar[tuple[str, ...]] = (Outcome.COLLECTED, Outcome.INVALID, Outcome.NO_INPUT)
    by_caller: ClassVar[tuple[str, ...]] = (Outcome.COLLECTED, Outcome.INVALID)

    prompt: PromptId
    variable: VariableName
    digits: Digits
    least: Digits = 1
    first: Seconds = 8
    between: Seconds = 4
    tries: Tries = 3

    def types(self) -> tuple[str, ...]:
        """Keys are digits."""
        return ("text", "digits", "number")

    async def run(self, call: Call) -> Collected | Invalid | NoInput:
        """Ask until there are enough digits; a star is no digit."""
        heard = ""
        for _ in range(self.tries):
            heard = await call.ask_digits(self.prompt, self.digits, self.first, self.between)
            if len(heard) >= self.least and heard.isdigit():
                call.variables[self.variable] = heard
                return Collected(heard)
        return Invalid(heard) if heard else NoInput()
