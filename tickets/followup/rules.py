"""What a city decides about follow-up calls (config/followup.toml), and the half-days they need."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from core.clock import local, local_day, midnight
from core.toml_tables import Table, read_table
from tickets.durations import Span, read_span
from tickets.followup.words import Mark
from tickets.office_hours import Frames, read_frames

MOST_ATTEMPTS = 3
_KEYS = ("hours", "automatic", "at_once", "ring", "link", "link_wait", "link_days", "weights")
_NOON = 13 * 60
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.:-]{1,80}(/[A-Za-z0-9._~-]{0,20}){1,4}", re.ASCII)


class HalfDay(NamedTuple):
    """A morning or an afternoon of the city."""

    day: date
    afternoon: bool

    @property
    def word(self) -> str:
        """Return it as it is stored: `2026-11-24 am`."""
        return f"{self.day} {'pm' if self.afternoon else 'am'}"


def half_day_of(at: datetime) -> HalfDay:
    """Return the half-day of an instant; the evening belongs to the afternoon."""
    return HalfDay(local_day(at), _minute(at) >= _NOON)


@dataclass(frozen=True, slots=True)
class FollowUpRules:
    """Read by the guards of moves, the work list and the automatic calls; `ring` is seconds.

    `hours` are minutes since local midnight. `automatic` are the types that are asked by an
    automatic call first, at most `at_once` of them at a time; `weights` are what the five marks
    are worth.
    """

    hours: Frames
    automatic: frozenset[str]
    at_once: int
    ring: int
    link: str
    link_wait: Span
    link_days: int
    weights: tuple[float, ...]

    def is_open(self, at: datetime) -> bool:
        """Whether citizens are called at this instant."""
        minute = _minute(at)
        return any(begin <= minute < end for begin, end in self.hours)

    def next_half_day(self, at: datetime) -> datetime:
        """Return when calling begins in the first half-day after that of an instant."""
        here = half_day_of(at)
        for day in (here.day, here.day + timedelta(days=1)):
            for begin, end in self.hours:
                begins = midnight(day) + timedelta(minutes=begin)
                noon = midnight(day) + timedelta(minutes=_NOON)
                if begin < _NOON < end and half_day_of(begins) <= here:
                    begins = noon
                if half_day_of(begins) > here:
                    return begins
        return midnight(here.day + timedelta(days=1))


def load_follow_up_rules(folder: Path, types: Collection[str]) -> FollowUpRules:
    """Read followup.toml; `types` are those of tickets. Raises ConfigError with line and mend."""
    table = read_table(folder / "followup.toml", "follow_up")
    table.refuse_unknown(_KEYS)
    return FollowUpRules(
        hours=_hours(table),
        automatic=_types(table, types),
        at_once=table.whole("at_once", 0, 200),
        ring=table.whole("ring", 5, 120),
        link=table.word("link", _ADDRESS, "https://12345.example.cn/r/"),
        link_wait=_span(table),
        link_days=table.whole("link_days", 1, 30),
        weights=_weights(table),
    )


def _minute(at: datetime) -> int:
    here = local(at)
    return here.hour * 60 + here.minute


def _hours(table: Table) -> Frames:
    try:
        hours = read_frames(table.title("hours"))
    except ValueError as error:
        raise table.fault(str(error)) from None
    if not hours:
        raise table.fault("'hours' must name hours: without any, no ticket could be followed up.")
    return hours


def _types(table: Table, known: Collection[str]) -> frozenset[str]:
    found = table.values.get("automatic")
    if not isinstance(found, list) or not all(isinstance(word, str) for word in found):
        raise table.fault("'automatic' must be a list of types such as [\"ZX\"]; [] is none.")
    for word in found:
        if word not in known:
            raise table.fault(f"'automatic': there is no type {word[:40]!r}.")
    return frozenset(found)


def _weights(table: Table) -> tuple[float, ...]:
    found = table.values.get("weights")
    numbers = found if isinstance(found, list) else []
    fit = [float(one) for one in numbers if type(one) in (int, float) and 0 <= one <= 1]
    if not len(numbers) == len(fit) == len(Mark):
        raise table.fault("'weights' must be five numbers from 0 to 1, for the five marks.")
    return tuple(fit)


def _span(table: Table) -> Span:
    try:
        return read_span(table.title("link_wait"))
    except ValueError as error:
        raise table.fault(f"'link_wait': {error}") from None
