"""The queues of config/queues.toml. Read by the switch's configuration, by agents and by flows."""

import re
from dataclasses import dataclass
from enum import StrEnum

from core.settings import Settings
from core.toml_tables import Table, read_tables, refuse_twice

# Also a context's name in the dialplan and a field of queue_log: no separators of either.
NAME = re.compile(r"[A-Z][A-Z0-9]{1,15}", re.ASCII)
_KEYS = ("name", "title", "strategy", "ring_timeout", "wrap_up", "max_waiting")


class Strategy(StrEnum):
    """Which free agent is rung first; the words are app_queue's own."""

    RRMEMORY = "rrmemory"
    LEASTRECENT = "leastrecent"
    FEWESTCALLS = "fewestcalls"
    RANDOM = "random"
    RINGALL = "ringall"
    LINEAR = "linear"


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue; times in seconds, `max_waiting` in callers."""

    name: str
    title: str
    strategy: Strategy
    ring_timeout: int
    wrap_up: int
    max_waiting: int


def load_queues(settings: Settings) -> tuple[Queue, ...]:
    """Read queues.toml, in its order. Raises ConfigError with the line and the mend."""
    path = settings.config_dir / "queues.toml"
    tables = read_tables(path, "queue")
    if not tables:
        raise Table(path, None, {}).fault("No [[queue]] is written here; calls need one.")
    queues = tuple(map(_queue, tables))
    refuse_twice(((q.name, t) for q, t in zip(queues, tables, strict=True)), "queue name")
    return queues


def _queue(table: Table) -> Queue:
    table.refuse_unknown(_KEYS)
    return Queue(
        name=table.word("name", NAME, "GEN"),
        title=table.title("title"),
        strategy=_strategy(table),
        ring_timeout=table.whole("ring_timeout", 5, 120),
        wrap_up=table.whole("wrap_up", 0, 600),
        max_waiting=table.whole("max_waiting", 1, 10_000),
    )


def _strategy(table: Table) -> Strategy:
    value = table.values.get("strategy")
    if value not in list(Strategy):
        raise table.fault(f"'strategy' is {value!r}; it must be one of {', '.join(Strategy)}.")
    return Strategy(value)
