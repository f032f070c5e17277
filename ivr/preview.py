"""What happens at an instant to a caller who presses nothing? Answered without placing a call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.errors import HotlineError
from core.settings import Settings
from ivr.lines import Line, load_lines
from ivr.simulator import Arrival, Event, HangUp, Moment, Situation, simulate
from ivr.simulator import Line as Told
from ivr.sounds import Sounds, load_sounds
from ivr.store import flow_store
from ivr.timetable import Standing, day_words
from ivr.timetable_file import load_timetable
from ivr.verbs.queue import Queue
from tickets.calendar import load_workdays


class UnknownLine(HotlineError):
    """No line has this code or number."""

    slug = "line-unknown"


@dataclass(frozen=True, slots=True)
class Preview:
    """A line at an instant: the day, its hours, those of the queues of its flow, and the call."""

    line: Line
    at: datetime
    day: str
    version: str
    standing: Standing
    queues: Mapping[str, Standing]
    told: Sequence[Told]
    sounds: Sounds


class _Silent:
    """Presses nothing and hangs up as soon as they wait for somebody."""

    def next(self, moment: Moment) -> Event | None:
        """Leave a queue at once; let everything else pass."""
        return HangUp() if moment.situation is Situation.QUEUE else None


async def preview(settings: Settings, line: str, at: datetime) -> Preview:
    """Look at a line, by its code or a number of it. Raises UnknownLine and ConfigError."""
    called = find_line(settings, line)
    timetable = load_timetable(settings)
    workdays = load_workdays(settings.config_dir / "calendar.toml")
    flow, sounds = flow_store(settings).current(called.flow), load_sounds(settings)
    arrival = Arrival(at=at, line=called.code, workdays=workdays, timetable=timetable)
    story = await simulate(flow, _Silent(), sounds, arrival)
    queues = {
        node.verb.queue: timetable.of_queue(node.verb.queue, at, workdays)
        for node in flow.nodes.values()
        if isinstance(node.verb, Queue)
    }
    standing = timetable.of_line(called.code, at, workdays)
    day = day_words(at, workdays)
    return Preview(called, at, day, flow.version, standing, queues, story.lines, sounds)


def find_line(settings: Settings, what: str) -> Line:
    """Return a line by its code or by a number of it. Raises UnknownLine."""
    lines = load_lines(settings).lines
    for line in lines:
        if what == line.code or what in line.numbers:
            return line
    known = ", ".join(line.code for line in lines)
    raise UnknownLine(f"There is no line {what[:40]!r}. Known: {known}.")
