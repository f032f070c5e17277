"""menu: a prompt and one key. A wrong key hears the prompt again; silence is never punished."""

from dataclasses import dataclass
from typing import ClassVar

from ivr.call import Call
from ivr.fields import PromptId, Seconds, Tries
from ivr.outcomes import Outcome
from ivr.results import Invalid, NoInput, Pressed
from ivr.verb import Verb, verb


@verb
@dataclass(frozen=True, slots=True)
class Menu(Verb):
    """Waits `timeout` seconds after the prompt; `tries` counts wrong keys.

    `intro` is heard before the first prompt, once in a call; its keys are the menu's.
    """

    name: ClassVar[str] = "menu"
    outcomes: ClassVar[tuple[str, ...]] = (Outcome.INVALID, Outcome.NO_INPUT)
    by_caller: ClassVar[tuple[str, ...]] = (Outcome.INVALID,)
    takes_keys: ClassVar[bool] = True
    needs_keys: ClassVar[bool] = True

    prompt: PromptId
    intro: PromptId = ""
    timeout: Seconds = 5
    tries: Tries = 2
    keys: str = ""

    async def run(self, call: Call) -> Pressed | Invalid | NoInput:
        """Ask until a key has a meaning, the tries are used up, or nobody presses."""
        wrong = ""
        for _ in range(self.tries):
            key = await call.ask_key([*call.once(self.intro), self.prompt], self.timeout)
            if not key:
                return NoInput()
            if key in self.keys:
                return Pressed(key)
            wrong += key
        return Invalid(wrong)
