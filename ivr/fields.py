"""The kinds of field a verb may have: each reads one value of a flow file or refuses it.

A verb names its fields as annotated attributes (`prompt: PromptId`); the compiler reads them, and
whatever else must know a flow's shape (checks, editors) finds the kinds in the same place.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Protocol, TypeVar

from ivr.inventory import Inventory
from ivr.located import Table, Text, Value
from ivr.opening_hours import Week, read_week
from ivr.refusal import Refused
from tickets.office_hours import Frames, read_frames

VARIABLE = re.compile(r"[a-z][a-z0-9_]{0,31}")
LONGEST_TEXT = 64
_MOST_ITEMS = 32


class FieldKind(Protocol):
    """How one field is read. Raises Refused."""

    def read(self, value: Value, inventory: Inventory) -> object:
        """Return the field's value."""


def text_of(value: Value, what: str) -> str:
    """Return a scalar's text. Raises Refused for a list, a table or nothing."""
    if not isinstance(value, Text):
        raise Refused(value.line, f"{what} must be a single value, not a list or a table.")
    if not value.value:
        raise Refused(value.line, f"{what} is empty.")
    return value.value


@dataclass(frozen=True)
class Named:
    """A name out of a inventory: `what` for the sentence, `shelf` for the attribute."""

    what: str
    shelf: str

    def read(self, value: Value, inventory: Inventory) -> str:
        """Return a name that the inventory holds."""
        name = text_of(value, f"The {self.what}")
        names: frozenset[str] = getattr(inventory, self.shelf)
        if name not in names:
            known = ", ".join(sorted(names)[:20])
            raise Refused(value.line, f"There is no {self.what} '{name}'. Known: {known}.")
        return name


@dataclass(frozen=True)
class PromptKind:
    """A prompt's id. Whether it exists in a language is known only along the caller's way."""

    def read(self, value: Value, inventory: Inventory) -> str:
        """Return an id that exists in some language."""
        name = text_of(value, "The prompt")
        if not any(name in ids for ids in inventory.prompts.values()):
            raise Refused(value.line, f"There is no prompt '{name}'.")
        return name


@dataclass(frozen=True)
class NumberKind:
    """A number between two bounds, both allowed."""

    least: float
    most: float
    whole: bool = False

    def read(self, value: Value, inventory: Inventory) -> float:
        """Return the number."""
        text = text_of(value, "The number")
        if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,3})?", text, re.ASCII):
            raise Refused(value.line, f"'{text[:40]}' is not a number.")
        number = float(text)
        if not self.least <= number <= self.most:
            raise Refused(value.line, f"{text} is not between {self.least:g} and {self.most:g}.")
        if self.whole and not number.is_integer():
            raise Refused(value.line, f"{text} is not a whole number.")
        return int(number) if self.whole else number


@dataclass(frozen=True)
class ChoiceKind:
    """One of few words."""

    words: type[StrEnum]

    def read(self, value: Value, inventory: Inventory) -> StrEnum:
        """Return the member."""
        text = text_of(value, "The value")
        try:
            return self.words(text)
        except ValueError:
            known = ", ".join(self.words)
            raise Refused(value.line, f"'{text[:40]}' is none of: {known}.") from None


@dataclass(frozen=True)
class SwitchKind:
    """Yes or no."""

    def read(self, value: Value, inventory: Inventory) -> bool:
        """Return the truth of `true` or `false`."""
        text = text_of(value, "The value")
        if text not in ("true", "false"):
            raise Refused(value.line, f"'{text[:40]}' is neither true nor false.")
        return text == "true"


@dataclass(frozen=True)
class VariableKind:
    """The name of a variable."""

    def read(self, value: Value, inventory: Inventory) -> str:
        """Return a well-formed name; whether the flow declares it is checked with the whole."""
        name = text_of(value, "The variable")
        if not VARIABLE.fullmatch(name):
            raise Refused(value.line, f"'{name[:40]}' cannot name a variable: a-z, 0-9 and _.")
        return name


@dataclass(frozen=True)
class WordKind:
    """Any short text; may be empty."""

    def read(self, value: Value, inventory: Inventory) -> str:
        """Return the text."""
        if not isinstance(value, Text) or len(value.value) > LONGEST_TEXT:
            raise Refused(value.line, f"A value is a text of at most {LONGEST_TEXT} characters.")
        return value.value


@dataclass(frozen=True)
class AssignmentsKind:
    """A table of variables and their new values."""

    def read(self, value: Value, inventory: Inventory) -> tuple[tuple[str, str], ...]:
        """Return names and values in the file's order."""
        if not isinstance(value, Table) or not value.values:
            raise Refused(value.line, "Values are a table: the variable and what it becomes.")
        name, word = VariableKind(), WordKind()
        return tuple(
            (name.read(Text(key, value.lines[key]), inventory), word.read(item, inventory))
            for key, item in value.values.items()
        )


@dataclass(frozen=True)
class FramesKind:
    """Hours of a day: `08:30-12:00, 13:30-17:30`, or `closed`."""

    def read(self, value: Value, inventory: Inventory) -> Frames:
        """Return the frames of the day."""
        return _with_line(value, read_frames, text_of(value, "The hours"))


@dataclass(frozen=True)
class WeekKind:
    """Hours of each weekday; days not named are closed."""

    def read(self, value: Value, inventory: Inventory) -> Week:
        """Return seven days of frames, Monday first."""
        if not isinstance(value, Table):
            raise Refused(value.line, "The week is a table such as 'mon-fri: 08:30-17:30'.")
        days = {day: text_of(hours, f"'{day}'") for day, hours in value.values.items()}
        return _with_line(value, read_week, days)


_Raw = TypeVar("_Raw")
_Read = TypeVar("_Read")


def _with_line(value: Value, read: Callable[[_Raw], _Read], raw: _Raw) -> _Read:
    try:
        return read(raw)
    except ValueError as error:
        raise Refused(value.line, str(error)) from None


PromptId = Annotated[str, PromptKind()]
QueueName = Annotated[str, Named("queue", "queues")]
CalendarName = Annotated[str, Named("calendar", "calendars")]
PartnerCode = Annotated[str, Named("partner line", "partners")]
VariableName = Annotated[str, VariableKind()]
Word = Annotated[str, WordKind()]
Assignments = Annotated[tuple[tuple[str, str], ...], AssignmentsKind()]
Switch = Annotated[bool, SwitchKind()]
Seconds = Annotated[float, NumberKind(1, 3600)]
Tries = Annotated[int, NumberKind(1, 5, whole=True)]
Digits = Annotated[int, NumberKind(1, 32, whole=True)]
Priority = Annotated[int, NumberKind(0, 100, whole=True)]
DayFrames = Annotated[Frames, FramesKind()]
WeekFrames = Annotated[Week, WeekKind()]
