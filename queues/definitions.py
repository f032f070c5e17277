"""The queues of config/queues.toml. Read by the switch's configuration, by agents and by flows."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import Any

from core.settings import Settings
from core.toml_tables import Table, read_tables, refuse_twice

# Also a context's name in the dialplan and a field of queue_log: no separators of either.
NAME = re.compile(r"[A-Z][A-Z0-9]{1,15}", re.ASCII)
WORD = re.compile(r"[a-z][a-z0-9]{1,15}", re.ASCII)
MOTHER_TONGUE = "zh"
SAME_AGENT = "SAME"
"""The queue behind the scenes in which a caller is offered to one agent alone: it stands for the
general queue, has every seat, each under a penalty of its own, and is shown to nobody."""
SAME_AGENT_SECONDS = 20
WORST_PENALTY = 16
"""Two levels, each 9 at worst, are so far from 1."""

_REQUIRED = ("name", "title", "skill", "strategy", "ring_timeout", "wrap_up", "max_waiting")
_OPTIONAL = ("language", "weight", "wrap_up_limit", "relax", "overflow_to", "overflow_after")


class Strategy(StrEnum):
    """Which free agent is rung first; the words are app_queue's own."""

    RRMEMORY = "rrmemory"
    LEASTRECENT = "leastrecent"
    FEWESTCALLS = "fewestcalls"
    RANDOM = "random"
    RINGALL = "ringall"
    LINEAR = "linear"


@dataclass(frozen=True, slots=True)
class Step:
    """From `after` seconds on, seats of this penalty or less are rung."""

    after: int
    penalty: int


@dataclass(frozen=True, slots=True)
class Overflow:
    """The queue that takes over whom this one has not served for so many seconds."""

    queue: str
    after: int


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue; times in seconds, `max_waiting` in callers. No `relax`: all seats at once."""

    name: str
    title: str
    strategy: Strategy
    ring_timeout: int
    wrap_up: int
    max_waiting: int
    skill: str = "general"
    language: str = MOTHER_TONGUE
    weight: int = 0
    wrap_up_limit: int = 300
    relax: tuple[Step, ...] = ()
    overflow: Overflow | None = None


def load_queues(settings: Settings) -> tuple[Queue, ...]:
    """Read queues.toml, in its order. Raises ConfigError with the line and the mend."""
    path = settings.config_dir / "queues.toml"
    tables = read_tables(path, "queue")
    if not tables:
        raise Table(path, None, {}).fault("No [[queue]] is written here; calls need one.")
    queues = tuple(map(_queue, tables))
    refuse_twice(((q.name, t) for q, t in zip(queues, tables, strict=True)), "queue name")
    _refuse_lost_overflow(queues, tables)
    return queues


def same_agent_queue(general: Queue) -> Queue:
    """Return the queue of callers who are offered to one agent, made after the general queue."""
    return replace(
        general,
        name=SAME_AGENT,
        strategy=Strategy.RINGALL,
        ring_timeout=SAME_AGENT_SECONDS,
        relax=(),
        overflow=None,
    )


def _queue(table: Table) -> Queue:
    table.refuse_unknown(_REQUIRED + _OPTIONAL)
    if table.values.get("name") == SAME_AGENT:
        raise table.fault(f"'name' is {SAME_AGENT}, which the hotline itself uses.")
    wrap_up = table.whole("wrap_up", 0, 600)
    return Queue(
        name=table.word("name", NAME, "GEN"),
        title=table.title("title"),
        strategy=table.one_of("strategy", Strategy),
        ring_timeout=table.whole("ring_timeout", 5, 120),
        wrap_up=wrap_up,
        max_waiting=table.whole("max_waiting", 1, 10_000),
        skill=table.word("skill", WORD, "general"),
        language=table.word("language", WORD, "zh") if _has(table, "language") else MOTHER_TONGUE,
        weight=table.whole("weight", 0, 100) if _has(table, "weight") else 0,
        wrap_up_limit=(
            table.whole("wrap_up_limit", wrap_up, 3600)
            if _has(table, "wrap_up_limit")
            else max(wrap_up, 300)
        ),
        relax=_relax(table),
        overflow=_overflow(table),
    )


def _has(table: Table, key: str) -> bool:
    return key in table.values


def _relax(table: Table) -> tuple[Step, ...]:
    written = table.values.get("relax", [])
    if not isinstance(written, list):
        raise table.fault("'relax' must be a list such as [{ after = 0, penalty = 0 }].")
    steps = tuple(_step(table, entry) for entry in written)
    if steps and steps[0].after != 0:
        raise table.fault("'relax' must say first who is rung at once: after = 0.")
    for one, other in pairwise(steps):
        if other.after <= one.after or other.penalty <= one.penalty:
            raise table.fault("'relax' must open further and later with every step.")
    return steps


def _step(table: Table, entry: Any) -> Step:
    if not isinstance(entry, dict):
        raise table.fault("Each step of 'relax' is written { after = 10, penalty = 2 }.")
    step = Table(table.path, table.line, entry)
    step.refuse_unknown(("after", "penalty"))
    return Step(step.whole("after", 0, 3600), step.whole("penalty", 0, WORST_PENALTY))


def _overflow(table: Table) -> Overflow | None:
    if not (_has(table, "overflow_to") or _has(table, "overflow_after")):
        return None
    return Overflow(table.word("overflow_to", NAME, "GEN"), table.whole("overflow_after", 5, 3600))


def _refuse_lost_overflow(queues: Sequence[Queue], tables: Iterable[Table]) -> None:
    """Whoever overflows lands in another queue, and stays there."""
    last = {queue.name for queue in queues if queue.overflow is None}
    for queue, table in zip(queues, tables, strict=True):
        if queue.overflow and queue.overflow.queue not in last:
            raise table.fault(
                f"'overflow_to' is {queue.overflow.queue}; it must be one of the queues that do "
                f"not overflow themselves: {', '.join(sorted(last))}."
            )
