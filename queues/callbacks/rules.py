"""What a city decides about call-backs (config/callbacks.toml): hours, tries, whom we may ring."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

import structlog

from core.clock import local, local_day, midnight
from core.errors import ConfigError
from core.phone import plain_number
from core.toml_tables import Table, read_table, read_tables
from tickets.durations import Unit, read_span
from tickets.office_hours import Frames, read_frames

log = structlog.get_logger()

_KEYS = ("hours", "at_closing", "promise", "tries", "pause", "ring", "longest", "numbers")
# Digits, X, and sets of digits such as [3-9]; no pattern may be open at its end.
_PATTERN = re.compile(r"(?:[0-9X]|\[[0-9](?:-[0-9])?\]){3,20}", re.ASCII)


class AtClosing(StrEnum):
    """What becomes of a call-back that waits when the hours end."""

    CARRY = "carry"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class CallbackRules:
    """Read by the flow engine and by the keeper; `pause` and `ring` are seconds.

    `hours` are minutes since local midnight; empty means that nobody is ever rung.
    """

    hours: Frames
    at_closing: AtClosing
    promise: timedelta
    tries: int
    pause: int
    ring: int
    longest: timedelta
    numbers: tuple[re.Pattern[str], ...]
    own: frozenset[str] = frozenset()

    def dialable(self, raw: str) -> str | None:
        """Return a number as it is dialled from here, or None when it may not be rung."""
        number = plain_number(raw)
        if number is None or number in self.own:
            return None
        return number if any(p.fullmatch(number) for p in self.numbers) else None

    def is_open(self, at: datetime) -> bool:
        """Whether citizens are rung at this instant."""
        minute = _minute(at)
        return any(begin <= minute < end for begin, end in self.hours)

    def opens(self, at: datetime) -> datetime:
        """Return this instant when citizens are rung now, else when the hours begin next."""
        if self.is_open(at) or not self.hours:
            return at
        day = local_day(at)
        later = [begin for begin, _ in self.hours if begin > _minute(at)]
        if not later:
            day, later = day + timedelta(days=1), [self.hours[0][0]]
        return midnight(day) + timedelta(minutes=later[0])

    def promised(self, at: datetime) -> datetime:
        """Return by when somebody who asks at this instant shall have been rung."""
        return self.opens(at) + self.promise


def load_callback_rules(folder: Path) -> CallbackRules:
    """Read callbacks.toml, and our own numbers from lines.toml. Raises ConfigError."""
    table = read_table(folder / "callbacks.toml", "callbacks")
    table.refuse_unknown(_KEYS)
    return CallbackRules(
        hours=_hours(table),
        at_closing=table.one_of("at_closing", AtClosing),
        promise=_span(table, "promise"),
        tries=table.whole("tries", 1, 10),
        pause=table.whole("pause", 1, 24 * 3600),
        ring=table.whole("ring", 5, 120),
        longest=_span(table, "longest"),
        numbers=_numbers(table),
        own=_own_numbers(folder),
    )


def _own_numbers(folder: Path) -> frozenset[str]:
    tables = read_tables(folder / "lines.toml", "line", beside=("partner",))
    return frozenset(str(number) for t in tables for number in t.values.get("numbers", ()))


def _minute(at: datetime) -> int:
    there = local(at)
    return there.hour * 60 + there.minute


def _hours(table: Table) -> Frames:
    try:
        return read_frames(table.title("hours"))
    except ValueError as error:
        raise table.fault(str(error)) from None


def _span(table: Table, key: str) -> timedelta:
    try:
        span = read_span(table.title(key))
    except ValueError as error:
        raise table.fault(f"'{key}': {error}") from None
    if not span.natural:
        raise table.fault(f"'{key}' is counted day and night: write minutes or hours.")
    minutes = span.amount * (60 if span.unit is Unit.HOURS else 1)
    return timedelta(minutes=minutes)


def _numbers(table: Table) -> tuple[re.Pattern[str], ...]:
    written = table.values.get("numbers")
    if not isinstance(written, list) or not all(isinstance(word, str) for word in written):
        raise table.fault("'numbers' must be a list of patterns such as \"1[3-9]XXXXXXXXX\".")
    for word in written:
        if not _PATTERN.fullmatch(word):
            raise table.fault(f"{word[:40]!r} is no pattern of digits, X and sets such as [3-9].")
    return tuple(re.compile(word.replace("X", "[0-9]"), re.ASCII) for word in written)


# For calls without a city, such as simulated ones.
ANY_CALLBACK = CallbackRules(
    hours=((0, 24 * 60),),
    at_closing=AtClosing.CARRY,
    promise=timedelta(hours=1),
    tries=3,
    pause=300,
    ring=30,
    longest=timedelta(hours=24),
    numbers=(re.compile("1[3-9][0-9]{9}", re.ASCII), re.compile("0[1-9][0-9]{8,10}", re.ASCII)),
)


def callback_rules_or_any(folder: Path) -> CallbackRules:
    """Read callbacks.toml; a wrong one is a line in the log and stops no caller."""
    try:
        return load_callback_rules(folder)
    except ConfigError as error:
        log.error("callback_rules_unread", fault=str(error))
        return ANY_CALLBACK
