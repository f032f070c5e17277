"""branch: one edge for each value of a variable, and `else`."""

from dataclasses import dataclass
from typing import ClassVar

from ivr.call import Call
from ivr.fields import VariableName
from ivr.outcomes import Outcome
from ivr.results import Chose
from ivr.verb import Verb, verb


@verb
@dataclass(frozen=True, slots=True)
class Branch(Verb):
    """The edge is named as the value; a value without an edge takes `else`."""

    name: ClassVar[str] = "branch"
    outcomes: ClassVar[tuple[str, ...]] = (Outcome.ELSE,)
    free_edges: ClassVar[bool] = True

    variable: VariableName

    async def run(self, call: Call) -> Chose:
        """Take the edge of the value."""
        return Chose(call.variables.get(self.variable, "") or Outcome.ELSE)
