"""Hours that depend on a year whose holidays nobody has entered."""

from collections.abc import Iterator

from ivr.flow import Node
from ivr.lint.rule import Remark, rule, yellow
from ivr.lint.study import Study
from ivr.verbs.hours import Hours
from ivr.verbs.queue import Queue


@rule("calendar-year")
def the_year_is_known(study: Study) -> Iterator[Remark]:
    """Until then only weekends and the holidays of fixed date are counted."""
    if not study.around.workdays.provisional(study.around.today):
        return
    for node in study.flow.nodes.values():
        if isinstance(node.verb, Hours) or _keeps_hours(study, node):
            yield yellow(
                node,
                f"The holidays of {study.around.today.year} are not in calendar.toml yet; "
                f"'{node.id}' knows only weekends and fixed dates.",
            )


def _keeps_hours(study: Study, node: Node) -> bool:
    return isinstance(node.verb, Queue) and node.verb.queue in study.around.timetable.queues
