"""Opening hours that are not what they seem: minutes between frames, always or never open."""

from collections.abc import Iterator
from itertools import pairwise

from ivr.flow import Node
from ivr.lint.rule import Remark, rule, yellow
from ivr.lint.study import Study
from ivr.opening_hours import DAYS, Week
from ivr.timetable import Calendar
from ivr.verbs.hours import Hours
from ivr.verbs.queue import Queue

# Shorter than any break that people take: a slip of the pen such as 23:59.
SHORTEST_BREAK = 15
_DAY = 24 * 60


@rule("hours-gap")
def hours_leave_no_gap(study: Study) -> Iterator[Remark]:
    """Over the whole week, midnights and its turn included."""
    for node, hours in _hours(study):
        frames = _of_the_week(hours.week)
        again = [(start + 7 * _DAY, end + 7 * _DAY) for start, end in frames[:1]]
        for (_, end), (start, _) in pairwise(frames + again):
            if 0 < start - end < SHORTEST_BREAK:
                yield yellow(
                    node,
                    f"Nobody is there on {_moment(end)} for {start - end} minutes; let the hours "
                    "meet, 24:00 is the end of a day.",
                    "week",
                )


@rule("hours-idle")
def hours_decide_something(study: Study) -> Iterator[Remark]:
    """Hours that are always the same."""
    for node, hours in _hours(study):
        open_days = [hours.holiday, *hours.week]
        if not any(open_days):
            yield yellow(node, f"'{node.id}' is never open.", "week")
        elif all(day == ((0, _DAY),) for day in open_days):
            yield yellow(node, f"'{node.id}' is always open; it decides nothing.", "week")


def _hours(study: Study) -> Iterator[tuple[Node, Hours | Calendar]]:
    """Yield whatever hours decide a node's way, those that stand in hours.toml as well."""
    known = study.around.timetable
    for node in study.flow.nodes.values():
        match node.verb:
            case Hours(calendar=""):
                yield node, node.verb
            case Hours(calendar=name) if name in known.calendars:
                yield node, known.calendars[name]
            case Queue(queue=queue) if queue in known.queues:
                yield node, known.calendars[known.queues[queue]]


def _of_the_week(week: Week) -> list[tuple[int, int]]:
    return [
        (start + day * _DAY, end + day * _DAY)
        for day, frames in enumerate(week)
        for start, end in frames
    ]


def _moment(minute: int) -> str:
    day, minute = divmod(minute, _DAY)
    return f"{DAYS[day % 7]} at {minute // 60:02d}:{minute % 60:02d}"
