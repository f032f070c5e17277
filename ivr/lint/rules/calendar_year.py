"""Hours that depend on a year whose holidays nobody has entered."""

from collections.abc import Iterator

from ivr.lint.rule import Remark, rule, yellow
from ivr.lint.study import Study
from ivr.verbs.hours import Hours


@rule("calendar-year")
def the_year_is_known(study: Study) -> Iterator[Remark]:
    """Until then only weekends and the holidays of fixed date are counted."""
    if not study.around.workdays.provisional(study.around.today):
        return
    for node in study.flow.nodes.values():
        if isinstance(node.verb, Hours):
            yield yellow(
                node,
                f"The holidays of {study.around.today.year} are not in calendar.toml yet; "
                f"'{node.id}' knows only weekends and fixed dates.",
            )
