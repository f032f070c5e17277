"""The lines we hand calls over to: 110, 12348 and whatever else lines.toml names.

Read by the dialplan's renderer, by flows (which partners exist) and by the transfer's rules.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import permutations
from pathlib import Path

from core.errors import HotlineError
from core.toml_tables import Table, read_tables, refuse_twice

# Also an extension of the dialplan, and a field of its events: no separators of either.
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,15}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{2,20}", re.ASCII)
# "trunk": the gateway at HOTLINE_TRUNK_ADDRESS; "demo": the built-in partner phones.
TRUNKS = ("demo", "trunk")
_DIALLED = re.compile(r"[0-9]{2,8}", re.ASCII)
_DAY = "(?:mon|tue|wed|thu|fri|sat|sun)"
_CLOCK = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_HOURS = re.compile(rf"({_DAY}(?:-{_DAY})?) ({_CLOCK}-{_CLOCK})", re.ASCII)
# The sound files are named after prompts of prompts.toml.
_PROMPT = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
_KEYS = (
    "code", "name", "numbers", "trunk", "answer_timeout", "emergency", "dial", "hours", "capacity",
    "accept", "say",
)  # fmt: skip
MOST_AT_ONCE = 1000


class Accept(StrEnum):
    """When a partner has taken a matter on: by answering, or when they say so to our agent."""

    BY_ANSWERING = "by-answering"
    BY_WORD = "by-word"


@dataclass(frozen=True, slots=True)
class Hours:
    """When a line is staffed, as the switch asks: days such as `mon-fri`, times `08:30-17:30`."""

    days: str
    times: str


@dataclass(frozen=True, slots=True)
class Partner:
    """One partner line; its numbers are tried in order, each for `answer_timeout` seconds.

    `dial` is what an agent presses for it, '' when it has no keys. No `hours` means day and night,
    `capacity` 0 any number of calls at once. `say` is the prompt that a caller hears before.
    """

    code: str
    name: str
    numbers: tuple[str, ...]
    trunk: str
    answer_timeout: int
    emergency: bool
    dial: str = ""
    hours: tuple[Hours, ...] = ()
    capacity: int = 0
    accept: Accept = Accept.BY_ANSWERING
    say: str = ""

    @property
    def longest_ringing(self) -> int:
        """Seconds until the last of its numbers has been given up."""
        return self.answer_timeout * len(self.numbers)


def load_partners(config_dir: Path) -> tuple[Partner, ...]:
    """Read the partner lines of lines.toml. Raises ConfigError with the line and the mend."""
    tables = read_tables(config_dir / "lines.toml", "partner", beside=("line",))
    partners = tuple(map(_partner, tables))
    pairs = list(zip(partners, tables, strict=True))
    refuse_twice(((p.code, t) for p, t in pairs), "partner code")
    refuse_twice(((p.dial, t) for p, t in pairs if p.dial), "keys")
    for (one, table), (other, _) in permutations(pairs, 2):
        if one.dial and other.dial.startswith(one.dial):
            raise table.fault(f"The keys {one.dial} begin those of {other.code}, {other.dial}.")
    return partners


def find_partner(partners: Sequence[Partner], code: str) -> Partner:
    """Return the partner line of a code. Raises HotlineError naming those there are."""
    for partner in partners:
        if partner.code == code:
            return partner
    known = ", ".join(partner.code for partner in partners)
    raise UnknownPartner(f"There is no partner line {code[:40]!r}. Known: {known}.")


class UnknownPartner(HotlineError):
    """A code that lines.toml does not have."""

    slug = "unknown-partner"


def numbers_of(table: Table) -> tuple[str, ...]:
    """Return a table's telephone numbers, at least one. Raises ConfigError."""
    value = table.values.get("numbers")
    if not isinstance(value, list) or not value:
        raise table.fault("'numbers' must be a list of at least one number in quotes.")
    for number in value:
        if not isinstance(number, str) or not _NUMBER.fullmatch(number):
            raise table.fault(f"{number!r} is no number: write 2 to 20 digits in quotes.")
    return tuple(value)


def _partner(table: Table) -> Partner:
    table.refuse_unknown(_KEYS)
    emergency = table.values.get("emergency")
    if not isinstance(emergency, bool):
        raise table.fault(f"'emergency' must be true or false, it is {emergency!r}.")
    code = table.word("code", CODE, "110")
    given = table.values
    return Partner(
        code=code,
        name=table.title("name"),
        numbers=numbers_of(table),
        trunk=_trunk(table),
        answer_timeout=table.whole("answer_timeout", 3, 120),
        emergency=emergency,
        dial=_dial(table, code),
        hours=_hours(table),
        capacity=table.whole("capacity", 0, MOST_AT_ONCE) if "capacity" in given else 0,
        accept=table.one_of("accept", Accept) if "accept" in given else Accept.BY_ANSWERING,
        say=table.word("say", _PROMPT, "police") if "say" in given else "",
    )


def _dial(table: Table, code: str) -> str:
    """The keys of a line: its code when that can be pressed, unless others are given."""
    if "dial" in table.values:
        return table.word("dial", _DIALLED, "201")
    return code if _DIALLED.fullmatch(code) else ""


def _hours(table: Table) -> tuple[Hours, ...]:
    written = table.values.get("hours", [])
    if not isinstance(written, list):
        raise table.fault("'hours' must be a list such as [\"mon-fri 08:30-17:30\"].")
    found = [_HOURS.fullmatch(text) if isinstance(text, str) else None for text in written]
    for text, match in zip(written, found, strict=True):
        if match is None:
            raise table.fault(f"{text!r} is no hours: write days and times, mon-fri 08:30-17:30.")
    return tuple(Hours(match[1], match[2]) for match in found if match)


def _trunk(table: Table) -> str:
    """A trunk that the switch's configuration has; any other would fail only when called."""
    trunk = table.word("trunk", CODE, "demo")
    if trunk not in TRUNKS:
        raise table.fault(f"there is no trunk {trunk!r}: write one of {', '.join(TRUNKS)}.")
    return trunk
