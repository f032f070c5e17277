"""say: a number, digits, a date or a time, put together from recorded pieces."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from ivr.call import Call
from ivr.fields import ChoiceKind, VariableName
from ivr.results import Done
from ivr.spoken_value import ValueKind, pieces
from ivr.verb import Verb, verb

_SAYABLE = {
    ValueKind.NUMBER: ("text", "digits", "number"),
    ValueKind.DIGITS: ("text", "digits", "number"),
    ValueKind.DATE: ("text", "date"),
    ValueKind.TIME: ("text", "time"),
}


@verb
@dataclass(frozen=True, slots=True)
class Say(Verb):
    """Says a variable. A value that cannot be said so is passed over: silence beats nonsense."""

    name: ClassVar[str] = "say"

    variable: VariableName
    kind: Annotated[ValueKind, ChoiceKind(ValueKind)] = ValueKind.DIGITS

    def types(self) -> tuple[str, ...]:
        """What can be said so."""
        return _SAYABLE[self.kind]

    async def run(self, call: Call) -> Done:
        """Play the pieces in order."""
        words = pieces(self.kind, call.variables.get(self.variable, ""), call.language)
        if words:
            await call.play(*words)
        return Done()
