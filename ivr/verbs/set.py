"""set: variables become values; `lang` changes the language of everything after."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ivr.call import Call
from ivr.fields import Assignments
from ivr.results import Done
from ivr.verb import Verb, verb


@verb
@dataclass(frozen=True, slots=True)
class Set(Verb):
    """The flow declares the variables it sets, except those of the engine."""

    name: ClassVar[str] = "set"

    values: Assignments

    async def run(self, call: Call) -> Done:
        """Set them all."""
        call.variables.update(self.values)
        return Done()

    def assignments(self) -> Mapping[str, str]:
        """Return all of them."""
        return dict(self.values)
