"""Reads `limits.toml`: each fault is named with its line and the mend."""

import re
from collections.abc import Sequence
from pathlib import Path

from core.toml_tables import Table, read_table, read_tables, refuse_twice
from tickets.durations import Span, Unit, read_span, stricter
from tickets.limits import Callback, CardRules, Extensions, Limits, Rules, TicketType, UrgencyRule
from tickets.office_hours import DayEnd, OfficeHours, read_frames
from tickets.states import TicketState
from tickets.urgency import Urgency

_CODE = re.compile(r"[A-Z]{2,4}", re.ASCII)
_SPANS = ("dispatch", "sign", "first_contact", "first_reply", "on_site", "handle")
_EXTENSIONS = ("extensions", "extensions_by_leader", "extended_to")
_TYPE = ("code", "name", "urgency", *_SPANS, *_EXTENSIONS, "callback", "masked", "task_force")
_URGENCY = ("level", "name", *_SPANS, "extensions")
_HOPS = {
    "asked_return": TicketState.RETURN_REQ,
    "asked_extension": TicketState.EXT_REQ,
    "asked_suspension": TicketState.SUSP_REQ,
    "feedback": TicketState.FEEDBACK,
    "rejected_feedback": TicketState.REJECTED_FB,
    "replied": TicketState.REPLIED,
    "follow_up": TicketState.CALLBACK,
}
_TABLES = ("office", "hops", "cards", "type", "urgency")
_CARDS = ("letter", "escalation", "censure", "reply")


def load_rules(path: Path) -> Rules:
    """Read the limits. Raises ConfigError."""
    office = _office(read_table(path, "office", beside=_TABLES))
    hops = _hops(read_table(path, "hops", beside=_TABLES))
    types = read_tables(path, "type", beside=_TABLES)
    urgencies = read_tables(path, "urgency", beside=_TABLES)
    cards = _cards(read_table(path, "cards", beside=_TABLES))
    return Rules(office, _types(types), _urgencies(path, urgencies), hops, cards)


def _cards(table: Table) -> CardRules:
    table.refuse_unknown(("warning", *_CARDS))
    share = table.values.get("warning")
    if not isinstance(share, float) or not 0 < share < 1:
        raise table.fault(f"'warning' must be a share such as 0.8, it is {share!r}.")
    spans = {key: _needed(table, key) for key in _CARDS}
    return CardRules(warning=share, **spans)


def _needed(table: Table, key: str) -> Span:
    span = _span(table, key)
    if span is None:
        raise table.fault(f"'{key}' must be a span of time such as \"1 wd\".")
    return span


def _hops(table: Table) -> dict[TicketState, Span]:
    table.refuse_unknown(tuple(_HOPS))
    spans = {state: _span(table, key) for key, state in _HOPS.items()}
    return {state: span for state, span in spans.items() if span is not None}


def _office(table: Table) -> OfficeHours:
    table.refuse_unknown(("hours", "day_end"))
    try:
        frames = read_frames(table.title("hours"))
    except ValueError as error:
        raise table.fault(str(error)) from None
    if not frames:
        raise table.fault("'hours' must not be closed: working hours could never pass.")
    return OfficeHours(frames, table.one_of("day_end", DayEnd))


def _types(tables: Sequence[Table]) -> dict[str, TicketType]:
    types = [_type(table) for table in tables]
    refuse_twice(((t.code, table) for t, table in zip(types, tables, strict=True)), "type")
    return {kind.code: kind for kind in types}


def _type(table: Table) -> TicketType:
    table.refuse_unknown(_TYPE)
    return TicketType(
        code=table.word("code", _CODE, "QZ"),
        name=table.title("name"),
        urgency=table.one_of("urgency", Urgency),
        limits=_limits(table, _extensions(table)),
        callback=_callback(table),
        masked=table.flag("masked"),
        task_force=table.flag("task_force"),
    )


def _urgencies(path: Path, tables: Sequence[Table]) -> dict[Urgency, UrgencyRule]:
    rules = [_urgency(table) for table in tables]
    refuse_twice(((r.level, table) for r, table in zip(rules, tables, strict=True)), "level")
    by_level = {rule.level: rule for rule in rules}
    if missing := [level for level in Urgency if level not in by_level]:
        raise Table(path, None, {}).fault(f"No [[urgency]] has the level {missing[0]}.")
    return by_level


def _urgency(table: Table) -> UrgencyRule:
    table.refuse_unknown(_URGENCY)
    # The one figure that may be written is 0: none is granted.
    extendable = "extensions" not in table.values or table.whole("extensions", 0, 0) != 0
    level = table.one_of("level", Urgency)
    return UrgencyRule(level, table.title("name"), _limits(table, None), extendable)


def _limits(table: Table, extensions: Extensions | None) -> Limits:
    spans = {name: _span(table, name) for name in _SPANS}
    return Limits(**spans, extensions=extensions)


def _span(table: Table, key: str) -> Span | None:
    value = table.values.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise table.fault(f"'{key}' must be a text such as \"5 wd\", it is {value!r}.")
    try:
        return read_span(value)
    except ValueError as error:
        raise table.fault(f"'{key}': {error}") from None


def _extensions(table: Table) -> Extensions | None:
    given = [key for key in _EXTENSIONS if key in table.values]
    if not given:
        return None
    to, handle = _span(table, "extended_to"), _span(table, "handle")
    if to is None or handle is None or to.unit is not Unit.WORKDAYS:
        raise table.fault("'extensions' needs 'handle' and 'extended_to' in working days.")
    if stricter(to, handle) != handle:
        raise table.fault(f"'extended_to' is {to}, which is shorter than 'handle' of {handle}.")
    times = table.whole("extensions", 1, 9)
    by_leader = times
    if "extensions_by_leader" in table.values:
        by_leader = table.whole("extensions_by_leader", times, 9)
    return Extensions(times, by_leader, to)


def _callback(table: Table) -> Callback | None:
    value = table.values.get("callback")
    if value is None:
        return None
    if not isinstance(value, dict):
        raise table.fault(f"'callback' is {{ share = 0.2 }}, it is {value!r}.")
    entry = Table(table.path, table.line, value)
    entry.refuse_unknown(("share", "low_marks", "consent"))
    share = value.get("share")
    if not isinstance(share, float) or not 0 < share <= 1:
        raise table.fault(f"'share' must be a number above 0.0 and up to 1.0, it is {share!r}.")
    return Callback(share, entry.flag("low_marks"), entry.flag("consent"))
