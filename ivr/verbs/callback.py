"""callback: whoever would rather not wait is rung in turn, at a number that is read back first."""

from dataclasses import dataclass
from typing import ClassVar

from ivr.call import Call, Known
from ivr.channel import HungUp
from ivr.fields import PromptId, Seconds, Tries
from ivr.outcomes import Outcome
from ivr.results import Chose
from ivr.spoken_value import ValueKind, pieces
from ivr.verb import Verb, verb

_LONGEST = 16
_ANOTHER = "2"


@verb
@dataclass(frozen=True, slots=True)
class Callback(Verb):
    """Reads the caller's own number back; 2 gives another one, everything else agrees to it.

    Numbers that may not be rung are refused (callbacks.toml). `prompt` is the promise.
    """

    name: ClassVar[str] = "callback"
    outcomes: ClassVar[tuple[str, ...]] = (Outcome.TAKEN, Outcome.NO_NUMBER)

    prompt: PromptId
    number: PromptId = "callback-number"
    choose: PromptId = "callback-choose"
    other: PromptId = "callback-other"
    refused: PromptId = "callback-refused"
    tries: Tries = 3
    timeout: Seconds = 4

    async def run(self, call: Call) -> Chose:
        """Agree on a number and write it down, then promise: it is on disk before it is spoken."""
        call.note("callback-offered")
        number = await self._agreed(call)
        if number is None:
            return Chose(Outcome.NO_NUMBER)
        self._take(call, number)
        await call.play(self.prompt)
        return Chose(Outcome.TAKEN)

    async def _agreed(self, call: Call) -> str | None:
        number = call.equipment.callbacks.dialable(call.caller)
        for _ in range(self.tries):
            if number is not None and await self._agrees(call, number):
                return number
            typed = await call.ask_digits(self.other, _LONGEST, self.timeout * 2, self.timeout)
            if not typed:
                return None
            number = call.equipment.callbacks.dialable(typed)
            if number is None:
                await call.play(self.refused)
        return number if number is not None and await self._agrees(call, number) else None

    async def _agrees(self, call: Call, number: str) -> bool:
        """Whoever hangs up while their number is read back has asked for it all the same."""
        said = [self.number, *pieces(ValueKind.DIGITS, number, call.language), self.choose]
        try:
            return await call.ask_key(said, self.timeout) != _ANOTHER
        except HungUp:
            self._take(call, number)
            raise

    def _take(self, call: Call, number: str) -> None:
        equipment = call.equipment
        priority = call.variables.get(Known.PRIORITY, "")
        call.note(
            "callback",
            number=number,
            language=call.language,
            priority=int(priority) if priority.isdecimal() else 0,
            promised=equipment.callbacks.promised(equipment.now()).timestamp(),
        )
        equipment.journal.flush()
