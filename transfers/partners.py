"""The lines we hand calls over to: 110, 12348 and whatever else lines.toml names.

Read by the dialplan's renderer, by flows (which partners exist) and by the transfer's rules.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from core.toml_tables import Table, read_tables, refuse_twice

# Also an extension of the dialplan, and a field of its events: no separators of either.
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,15}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{2,20}", re.ASCII)
# "trunk": the gateway at HOTLINE_TRUNK_ADDRESS; "demo": the built-in partner phones.
TRUNKS = ("demo", "trunk")
_KEYS = ("code", "name", "numbers", "trunk", "answer_timeout", "emergency")


@dataclass(frozen=True, slots=True)
class Partner:
    """One partner line; its numbers are tried in order, each for `answer_timeout` seconds."""

    code: str
    name: str
    numbers: tuple[str, ...]
    trunk: str
    answer_timeout: int
    emergency: bool


def load_partners(config_dir: Path) -> tuple[Partner, ...]:
    """Read the partner lines of lines.toml. Raises ConfigError with the line and the mend."""
    tables = read_tables(config_dir / "lines.toml", "partner", beside=("line",))
    partners = tuple(map(_partner, tables))
    refuse_twice(((p.code, t) for p, t in zip(partners, tables, strict=True)), "partner code")
    return partners


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
    return Partner(
        code=table.word("code", CODE, "110"),
        name=table.title("name"),
        numbers=numbers_of(table),
        trunk=_trunk(table),
        answer_timeout=table.whole("answer_timeout", 5, 120),
        emergency=emergency,
    )


def _trunk(table: Table) -> str:
    """A trunk that the switch's configuration has; any other would fail only when called."""
    trunk = table.word("trunk", CODE, "demo")
    if trunk not in TRUNKS:
        raise table.fault(f"there is no trunk {trunk!r}: write one of {', '.join(TRUNKS)}.")
    return trunk
