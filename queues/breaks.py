"""Why agents may be on a break: config/breaks.toml. Used by phones, command line and API."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import HotlineError
from core.settings import Settings
from core.toml_tables import read_tables, refuse_twice
from queues.agent_states import RESERVED_REASONS

# Also a field of queue_log and of the switch's own member list: no separators of either.
NAME = re.compile(r"[a-z][a-z-]{1,30}", re.ASCII)
KEY = re.compile(r"[0-9]", re.ASCII)


class UnknownBreakError(HotlineError):
    """A reason that nobody may be on a break for."""

    slug = "unknown-break"


@dataclass(frozen=True, slots=True)
class Break:
    """A reason: its key behind *13, its name in records, its title for people."""

    key: str
    name: str
    title: str


def load_breaks(settings: Settings) -> tuple[Break, ...]:
    """Read breaks.toml, in its order. Raises ConfigError with the line and the mend."""
    tables = read_tables(settings.config_dir / "breaks.toml", "break")
    breaks = []
    for table in tables:
        table.refuse_unknown(("key", "name", "title"))
        name = table.word("name", NAME, "rest")
        if name in RESERVED_REASONS:
            raise table.fault(f"'name' is {name}, which the hotline itself uses.")
        breaks.append(Break(table.word("key", KEY, "1"), name, table.title("title")))
    refuse_twice(((b.name, t) for b, t in zip(breaks, tables, strict=True)), "break name")
    refuse_twice(((b.key, t) for b, t in zip(breaks, tables, strict=True)), "break key")
    return tuple(breaks)


def find_break(breaks: Sequence[Break], name: str) -> Break:
    """Return the break of a name. Raises UnknownBreakError naming those there are."""
    for one in breaks:
        if one.name == name:
            return one
    known = ", ".join(f"{one.name} ({one.title})" for one in breaks)
    raise UnknownBreakError(f"{name!r} is no reason for a break. Reasons: {known}.")
