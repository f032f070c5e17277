"""What the switch's own channel events say about a measurement, read between two points in time."""

from collections.abc import Iterator
from pathlib import Path

from telephony.cel import CelKind, ChannelEvent, parse, records


class ChannelEvents:
    """The file of channel events from now on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._start = path.stat().st_size if path.exists() else 0

    def read(self) -> Iterator[ChannelEvent]:
        """Give every event written since."""
        with self._path.open("rb") as file:
            file.seek(self._start)
            data = file.read()
        for _, record in records(data):
            event = parse(record)
            if event is not None:
                yield event


def durations(events: Iterator[ChannelEvent]) -> list[float]:
    """Return how many seconds each channel lived that began and ended among these events."""
    began: dict[str, float] = {}
    lived = []
    for event in events:
        if event.kind == CelKind.CHAN_START:
            began[event.uid] = event.at
        elif event.kind == CelKind.CHAN_END and event.uid in began:
            lived.append(event.at - began.pop(event.uid))
    return lived


def idle_times(events: Iterator[ChannelEvent], agents: frozenset[str]) -> list[float]:
    """Return, for each time an agent was rung again, the seconds since their last call ended.

    An agent's channel is named `PJSIP/8013-…`; it begins when their phone is rung.
    """
    free_since: dict[str, float] = {}
    idle = []
    for event in events:
        agent = event.channel.removeprefix("PJSIP/").rpartition("-")[0]
        if agent not in agents:
            continue
        if event.kind == CelKind.CHAN_END:
            free_since[agent] = event.at
        elif event.kind == CelKind.CHAN_START and agent in free_since:
            idle.append(event.at - free_since.pop(agent))
    return idle
