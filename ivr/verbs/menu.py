"""menu: a prompt and one key. A wrong key hears the prompt again; silence is never punished."""

from dataclasses import dataclass
from typing import ClassVar

from ivr.call import Call
from ivr.counting import count, fresh_news, offer, offered
from ivr.fields import PromptId, Seconds, Switch, Tries
from ivr.outcomes import KEYS, Outcome
from ivr.results import Invalid, NextStep, NoInput, Pressed
from ivr.verb import Verb, verb


@verb
@dataclass(frozen=True, slots=True)
class Menu(Verb):
    """Waits `timeout` seconds after the prompt; `tries` counts wrong keys.

    `intro` is heard before the first prompt, once in a call; its keys are the menu's. With
    `incidents` the announcements on air follow it, and their keys are live from then on.
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
    incidents: Switch = False
    keys: str = ""

    async def run(self, call: Call) -> Pressed | Invalid | NoInput | NextStep:
        """Ask until a key has a meaning, the tries are used up, or nobody presses."""
        wrong, ahead = "", await self._news(call)
        for _ in range(self.tries):
            key = ahead or await call.ask_key([*call.once(self.intro), self.prompt], self.timeout)
            if not key:
                return NoInput()
            # Said in an announcement a key is its own; later the menu's own keys come first.
            incident = offered(call, key) if ahead or key not in self.keys else None
            if incident is not None:
                return await count(call, incident)
            if key in self.keys:
                return Pressed(key)
            wrong, ahead = wrong + key, ""
        return Invalid(wrong)

    async def _news(self, call: Call) -> str:
        """Say what is on air; return the key that cut it short, or ""."""
        news = fresh_news(call) if self.incidents else ()
        if not news:
            return ""
        offer(call, news)
        return await call.play(*call.once(self.intro), *(one.prompt for one in news), keys=KEYS)
