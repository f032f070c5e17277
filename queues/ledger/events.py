"""From bytes to rows: every line is kept word for word, with the little that finds it again.

Also the way back: a stored line gives the event it gave when it was read.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from queues import journal
from queues.ledger.agent_lines import AgentLine, LegLine, agent_line, leg_line
from queues.ledger.story import Event, Restart
from queues.ledger.tail import Reading
from queues.models import Stream
from telephony import cel, queue_log
from telephony.text import readable

UNREADABLE = "?"


@dataclass(frozen=True, slots=True)
class Format:
    """How a stream is cut and read; `chunk` is how many bytes are taken at a time.

    Chunks are small where lines are, so that no stream runs hours ahead of the others.
    """

    records: Callable[[bytes], Iterator[tuple[int, bytes]]]
    parse: Callable[[bytes], Event | None]
    chunk: int


FORMATS: dict[Stream, Format] = {
    Stream.CEL: Format(cel.records, cel.parse, 4 << 20),
    Stream.QUEUE_LOG: Format(queue_log.records, queue_log.parse, 256 << 10),
    Stream.JOURNAL: Format(journal.records, journal.parse, 512 << 10),
}


class Row(NamedTuple):
    """One line as it is stored beside its file; see `queues.models.SwitchEvent`.

    `at` is epoch seconds here.
    """

    call_uid: str
    pos: int
    at: float | None
    kind: str
    line: str


@dataclass(slots=True)
class Batch:
    """What one reading came to; `end` is the position behind the last line taken.

    Lines about agents stand beside their position.
    """

    end: int
    rows: list[Row] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    restarts: list[Restart] = field(default_factory=list)
    agent_lines: list[tuple[int, AgentLine]] = field(default_factory=list)
    leg_lines: list[LegLine] = field(default_factory=list)
    read_up_to: float | None = None
    unreadable: int = 0


def take(stream: Stream, reading: Reading) -> Batch:
    """Make rows and events of all finished lines of a reading."""
    form, data, start = FORMATS[stream], reading.data, reading.start.pos
    batch = Batch(end=start)
    for offset, record in form.records(data):
        _add(batch, form.parse(record), start + offset, record)
        batch.end = start + offset + len(record)
    rest = data[batch.end - start :]
    torn = reading.final and not reading.unread  # nobody will finish this line
    endless = not batch.rows and reading.unread  # longer than any line can be
    if rest and (torn or endless):
        _add(batch, form.parse(rest), batch.end, rest)
        batch.end += len(rest)
    return batch


def _add(batch: Batch, event: Event | None, pos: int, record: bytes) -> None:
    line = readable(record).rstrip("\n")
    if event is None:
        batch.unreadable += 1
        batch.rows.append(Row("", pos, None, UNREADABLE, line))
        return
    batch.rows.append(Row(event.call, pos, event.at, event.kind, line))
    batch.read_up_to = event.at
    if event.call:
        batch.events.append(event)
    if (restart := restart_of(event)) is not None:
        batch.restarts.append(restart)
    _add_of_agents(batch, event, pos)


def _add_of_agents(batch: Batch, event: Event, pos: int) -> None:
    if isinstance(event, cel.ChannelEvent):
        if (leg := leg_line(event)) is not None:
            batch.leg_lines.append(leg)
    elif isinstance(event, queue_log.QueueEvent) and (line := agent_line(event)) is not None:
        batch.agent_lines.append((pos, line))


def reread(stream: Stream, line: str) -> Event | None:
    """Return the event of a stored line."""
    return FORMATS[stream].parse(line.encode())


def instant_of(stream: Stream) -> Callable[[bytes], float | None]:
    """Return what tells the epoch second of a line of this stream."""
    parse = FORMATS[stream].parse

    def instant(line: bytes) -> float | None:
        event = parse(line)
        return event.at if event else None

    return instant


def restart_of(event: Event) -> Restart | None:
    """Return the restart of the switch that an event tells of, if it does.

    Asterisk writes QUEUESTART once in each of its lives (rotating the log writes CONFIGRELOAD), but
    to the second only; and it numbers the channels of a life from 0, with which their uid ends.
    """
    if isinstance(event, queue_log.QueueEvent) and event.kind == queue_log.QueueKind.QUEUESTART:
        return Restart(event.at, event.at + 1)
    if isinstance(event, cel.ChannelEvent) and _is_first_of_a_life(event):
        return Restart(event.at, event.at)
    return None


def _is_first_of_a_life(event: cel.ChannelEvent) -> bool:
    own = event.uid == event.call and event.uid.endswith(".0")
    return own and event.kind == cel.CelKind.CHAN_START
