"""YAML as plain values that know their place: what the flow compiler reads.

Only text, lists and tables; no anchors, tags, duplicate keys or depth beyond need, so that no file
can be a bomb or mean something else than it shows. JSON is read as well, being YAML.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, StreamMark, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from core.errors import Place
from ivr.refusal import Refused

SIZE_LIMIT = 256 * 1024
DEPTH_LIMIT = 8
# Four times what a flow of 500 nodes needs.
EVENT_LIMIT = 50_000


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar exactly as written, quoted or not: `9` and `"9"` are the same key."""

    value: str
    line: int


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    values: list["Value"]
    line: int


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping; `lines` holds the line of each key."""

    line: int
    values: dict[str, "Value"] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)


Value = Text | Items | Table


def read_table(text: str) -> Table:
    """Read one YAML document whose top is a table. Raises Refused with the line at fault."""
    if len(text) > SIZE_LIMIT:
        raise Refused(None, f"The file is larger than {SIZE_LIMIT // 1024} KiB; split the flow.")
    try:
        events = _events(text)
        table = _Reader(events).document()
        for _ in events:
            pass  # what follows is read too, so that it is checked
        return table
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = _place(mark) if mark else None
        raise Refused(line, f"This is not YAML: {error.problem or error.context}.") from None
    except YAMLError as error:
        raise Refused(None, f"This is not YAML: {str(error).splitlines()[0]}.") from None


def _events(text: str) -> Iterator[Event]:
    depth = documents = 0
    for count, event in enumerate(YAML(typ="safe", pure=True).parse(text)):
        if count > EVENT_LIMIT:
            raise Refused(_place(event.start_mark), f"More than {EVENT_LIMIT} values; split it.")
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            depth += 1
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            depth -= 1
        elif isinstance(event, DocumentStartEvent):
            documents += 1
        _refuse_tricks(event, depth, documents)
        if isinstance(event, NodeEvent | MappingEndEvent | SequenceEndEvent):
            yield event


def _refuse_tricks(event: Event, depth: int, documents: int) -> None:
    line = _place(event.start_mark)
    if depth > DEPTH_LIMIT:
        raise Refused(line, f"Nested deeper than {DEPTH_LIMIT} levels; a flow is flat.")
    if documents > 1:
        raise Refused(line, "A second document begins here; one file holds one flow.")
    if isinstance(event, AliasEvent):
        raise Refused(line, "Aliases (*name) are not allowed; write the value out, or quote '*'.")
    if isinstance(event, NodeEvent) and event.anchor:
        raise Refused(line, "Anchors (&name) are not allowed; write the value out.")
    if getattr(event, "tag", None):
        raise Refused(line, "Tags (!name) are not allowed.")


def _place(mark: StreamMark) -> Place:
    return Place(mark.line + 1, mark.column + 1)


def _whole(text: str) -> str:
    """JSON writes an emoji as two halves; put them together again."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class _Reader:
    """Builds values from events; depth is bounded before they arrive, so recursion is safe."""

    def __init__(self, events: Iterator[Event]) -> None:
        self.events = events

    def document(self) -> Table:
        event = next(self.events, None)
        if not isinstance(event, MappingStartEvent):
            line = _place(event.start_mark) if event else Place(1)
            raise Refused(line, "A flow is a table that begins with 'name:'.")
        return self.table(event)

    def value(self, event: Event) -> Value:
        if isinstance(event, MappingStartEvent):
            return self.table(event)
        if isinstance(event, SequenceStartEvent):
            return self.items(event)
        assert isinstance(event, ScalarEvent)  # noqa: S101 - the only kind left
        return Text(_whole(str(event.value)), _place(event.start_mark))

    def items(self, start: Event) -> Items:
        values = []
        while not isinstance(event := next(self.events), SequenceEndEvent):
            values.append(self.value(event))
        return Items(values, _place(start.start_mark))

    def table(self, start: Event) -> Table:
        table = Table(_place(start.start_mark))
        while not isinstance(event := next(self.events), MappingEndEvent):
            key = self.value(event)
            if not isinstance(key, Text):
                raise Refused(key.line, "A key must be a word, not a list or a table.")
            if key.value in table.values:
                first = table.lines[key.value]
                raise Refused(key.line, f"The key '{key.value}' stands already in line {first}.")
            table.lines[key.value] = key.line
            table.values[key.value] = self.value(next(self.events))
        return table
