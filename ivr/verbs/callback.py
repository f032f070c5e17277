"""callback: we call back the number this call comes from; nobody needs to key one in."""

from dataclasses import dataclass
from typing import ClassVar

from ivr.call import Call
from ivr.fields import PromptId
from ivr.outcomes import Outcome
from ivr.results import Chose
from ivr.verb import Verb, verb


@verb
@dataclass(frozen=True, slots=True)
class Callback(Verb):
    """`prompt` confirms it. A withheld number cannot be called back."""

    name: ClassVar[str] = "callback"
    outcomes: ClassVar[tuple[str, ...]] = (Outcome.TAKEN, Outcome.NO_NUMBER)

    prompt: PromptId

    async def run(self, call: Call) -> Chose:
        """Write the request down, then say so: a promise is on disk before it is spoken."""
        if not call.caller:
            return Chose(Outcome.NO_NUMBER)
        call.note("callback", number=call.caller)
        call.equipment.journal.flush()
        await call.play(self.prompt)
        return Chose(Outcome.TAKEN)
