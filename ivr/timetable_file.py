"""hours.toml as an admin wrote it, checked; see `ivr.timetable` for what it means."""

import re
from datetime import datetime

import structlog

from core.clock import SHANGHAI
from core.errors import ConfigError
from core.settings import Settings
from core.toml_tables import Table, read_tables, refuse_twice
from ivr.opening_hours import Week, read_week
from ivr.timetable import OF_THE_LINE, Calendar, Closure, Timetable
from queues.definitions import load_queues
from tickets.office_hours import Frames, read_frames

log = structlog.get_logger()

_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}", re.ASCII)
_HOURS = ("name", "title", "week", "holiday", "makeup", "lines", "queues")
_CLOSURE = ("reason", "from", "until", "hours")


def load_timetable(settings: Settings) -> Timetable:
    """Read the file; without it everything is always open. Raises ConfigError."""
    path = settings.config_dir / "hours.toml"
    if not path.exists():
        return Timetable()
    tables = read_tables(path, "hours", beside=("closure",))
    calendars = [_calendar(table) for table in tables]
    pairs = list(zip(calendars, tables, strict=True))
    refuse_twice(((calendar.name, table) for calendar, table in pairs), "name")
    numbers = read_tables(settings.config_dir / "lines.toml", "line", beside=("partner",))
    lines = frozenset(str(line.values.get("code")) for line in numbers)
    queues = frozenset(queue.name for queue in load_queues(settings))
    names = frozenset(calendar.name for calendar in calendars)
    return Timetable(
        calendars={calendar.name: calendar for calendar in calendars},
        lines=_kept_by(pairs, "lines", "line", lines),
        queues=_kept_by(pairs, "queues", "queue", queues),
        closures=tuple(
            _closure(table, names) for table in read_tables(path, "closure", beside=("hours",))
        ),
    )


def timetable_or_open(settings: Settings) -> Timetable:
    """Read the file for calls: one that is wrong closes nothing, and the log says so."""
    try:
        return load_timetable(settings)
    except ConfigError as fault:
        log.error("hours_refused", fault=str(fault))
        return Timetable()


def _calendar(table: Table) -> Calendar:
    table.refuse_unknown(_HOURS)
    name = table.word("name", _NAME, "office")
    if name == OF_THE_LINE:
        raise table.fault(f"'{OF_THE_LINE}' stands for the hours of the line; choose another name.")
    holiday = table.values.get("holiday", "closed")
    makeup = table.values.get("makeup")
    return Calendar(
        name,
        table.title("title"),
        _week(table),
        _frames(table, "holiday", holiday),
        None if makeup is None else _frames(table, "makeup", makeup),
    )


def _week(table: Table) -> Week:
    days = table.values.get("week")
    if not isinstance(days, dict) or not all(isinstance(hours, str) for hours in days.values()):
        raise table.fault("'week' is { mon-fri = \"08:30-12:00, 13:30-17:30\" } or such.")
    try:
        return read_week(days)
    except ValueError as error:
        raise table.fault(str(error)) from None


def _frames(table: Table, key: str, hours: object) -> Frames:
    if not isinstance(hours, str):
        raise table.fault(f"'{key}' must be hours such as \"09:00-12:00\", it is {hours!r}.")
    try:
        return read_frames(hours)
    except ValueError as error:
        raise table.fault(str(error)) from None


def _kept_by(
    pairs: list[tuple[Calendar, Table]], key: str, what: str, known: frozenset[str]
) -> dict[str, str]:
    """Return which calendar each line or queue keeps."""
    kept: dict[str, str] = {}
    for calendar, table in pairs:
        for name in _names(table, key):
            if name not in known:
                names = ", ".join(sorted(known))
                raise table.fault(f"There is no {what} '{name}'. Known: {names}.")
            if name in kept:
                raise table.fault(f"The {what} '{name}' keeps the hours '{kept[name]}' already.")
            kept[name] = calendar.name
    return kept


def _names(table: Table, key: str) -> list[str]:
    names = table.values.get(key, [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise table.fault(f"'{key}' must be a list of names, it is {names!r}.")
    return names


def _closure(table: Table, known: frozenset[str]) -> Closure:
    table.refuse_unknown(_CLOSURE)
    since, until = _instant(table, "from"), _instant(table, "until")
    if since >= until:
        raise table.fault("A closure ends after it begins.")
    names = _names(table, "hours")
    for name in names:
        if name not in known:
            raise table.fault(f"There are no hours '{name}'. Known: {', '.join(sorted(known))}.")
    return Closure(table.title("reason"), since, until, frozenset(names))


def _instant(table: Table, key: str) -> datetime:
    value = table.values.get(key)
    try:
        return datetime.strptime(str(value), "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)
    except ValueError:
        raise table.fault(f"'{key}' must be an instant such as \"2026-12-01 08:00\".") from None
