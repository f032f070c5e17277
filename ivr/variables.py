"""A flow's variables and what each may hold, as declared under `variables`.

The short form `id: ""` is a text; the long one names a type. An empty value means "not set" and
fits every type.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from ivr.call import Known
from ivr.fields import VARIABLE, ChoiceKind, WordKind, text_of
from ivr.inventory import Inventory
from ivr.located import Items, Table, Text, Value
from ivr.refusal import Refused
from recordings.spoken import LANGUAGES

_FIELDS = ("type", "initial", "values")
_MOST_VALUES = 32
_NOTHING = Inventory({}, frozenset(), frozenset())


class VariableType(StrEnum):
    """What the text of a variable stands for."""

    TEXT = "text"
    DIGITS = "digits"
    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    CHOICE = "choice"


_SHAPES = {
    VariableType.DIGITS: re.compile(r"[0-9]{1,32}", re.ASCII),
    VariableType.NUMBER: re.compile(r"[0-9]{1,9}", re.ASCII),
    VariableType.DATE: re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII),
    VariableType.TIME: re.compile(r"[0-9]{2}:[0-9]{2}", re.ASCII),
}


@dataclass(frozen=True, slots=True)
class Variable:
    """What may be in it; `values` are those of a choice, `initial` what it begins with."""

    type: VariableType = VariableType.TEXT
    initial: str = ""
    values: tuple[str, ...] = ()

    def takes(self, word: str) -> bool:
        """Tell whether a text may be its value."""
        if not word or self.type is VariableType.TEXT:
            return True
        if self.type is VariableType.CHOICE:
            return word in self.values
        return bool(_SHAPES[self.type].fullmatch(word)) and _exists(self.type, word)

    def __str__(self) -> str:
        """Say in a sentence what it takes."""
        return f"one of {', '.join(self.values)}" if self.values else f"a {self.type}"


# What a flow may set, and what it may read, without declaring it.
SETTABLE: Mapping[str, Variable] = {
    Known.LANGUAGE: Variable(VariableType.CHOICE, values=LANGUAGES),
    Known.HEARD: Variable(),
    Known.PRIORITY: Variable(VariableType.NUMBER),
}
READABLE: Mapping[str, Variable] = {
    **SETTABLE,
    Known.CODE: Variable(VariableType.DIGITS),
    Known.LINE: Variable(),
}


def read_variables(value: Value | None) -> dict[str, Variable]:
    """Read the declarations of a flow. Raises Refused."""
    if value is None:
        return {}
    if not isinstance(value, Table):
        raise Refused(value.line, "Variables are a table: the name and the value it begins with.")
    return {
        _name(key, value.lines[key]): _variable(key, item) for key, item in value.values.items()
    }


def _name(key: str, line: int) -> str:
    if not VARIABLE.fullmatch(key):
        raise Refused(line, f"'{key[:40]}' cannot name a variable: a-z, 0-9 and _.")
    if key in tuple(Known):
        raise Refused(line, f"The variable '{key}' is the engine's own; choose another name.")
    return key


def _variable(name: str, value: Value) -> Variable:
    if not isinstance(value, Table):
        return Variable(initial=WordKind().read(value, _NOTHING))
    for key, line in value.lines.items():
        if key not in _FIELDS:
            raise Refused(line, f"A variable has no '{key[:40]}'. It has: {', '.join(_FIELDS)}.")
    kind = value.values.get("type", Text(VariableType.TEXT, value.line))
    type_ = VariableType(ChoiceKind(VariableType).read(kind, _NOTHING))
    initial = value.values.get("initial", Text("", value.line))
    made = Variable(type_, WordKind().read(initial, _NOTHING), _values(name, type_, value))
    if not made.takes(made.initial):
        raise Refused(initial.line, f"'{name}' is {made}; it cannot begin as '{made.initial}'.")
    return made


def _values(name: str, type_: VariableType, table: Table) -> tuple[str, ...]:
    given = table.values.get("values")
    if (type_ is VariableType.CHOICE) != (given is not None):
        raise Refused(table.line, f"'{name}' has 'values' if it is a choice, and only then.")
    if given is None:
        return ()
    if not isinstance(given, Items) or not 0 < len(given.values) <= _MOST_VALUES:
        raise Refused(given.line, f"Values are a list of 1 to {_MOST_VALUES} words.")
    return tuple(_choices(name, given.values))


def _choices(name: str, values: Iterable[Value]) -> Iterable[str]:
    for value in values:
        yield text_of(value, f"A value of '{name}'")


def _exists(type_: VariableType, word: str) -> bool:
    """Tell whether there is such a day or time of day."""
    try:
        if type_ is VariableType.DATE:
            date.fromisoformat(word)
        elif type_ is VariableType.TIME:
            time.fromisoformat(word)
    except ValueError:
        return False
    return True
