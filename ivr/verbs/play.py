"""play: one prompt; keys, where given, cut it short and lead elsewhere."""

from dataclasses import dataclass
from typing import ClassVar

from ivr.call import Call
from ivr.fields import PromptId
from ivr.results import Done, Pressed
from ivr.verb import Verb, verb


@verb
@dataclass(frozen=True, slots=True)
class Play(Verb):
    """Only the node's own keys interrupt: the rest of the prompt is worth more than a slip."""

    name: ClassVar[str] = "play"
    takes_keys: ClassVar[bool] = True

    prompt: PromptId
    keys: str = ""

    async def run(self, call: Call) -> Done | Pressed:
        """Play it to its end or to a key."""
        key = await call.play(self.prompt, keys=self.keys)
        return Pressed(key) if key else Done()
