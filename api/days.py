"""The days a report is asked for: `?from=2026-11-01&to=2026-11-30`, both included."""

from datetime import date
from typing import Annotated

from fastapi import Depends, Query

from reports.answer_rate import Period

# The day after the last one must be a day as well.
_LATEST = date(9999, 12, 30)


def _days(
    first: Annotated[date, Query(alias="from", description="First local day.")],
    last: Annotated[
        date, Query(alias="to", le=_LATEST, description="Last local day; it counts as well.")
    ],
) -> Period:
    return Period.through(first, last)


Days = Annotated[Period, Depends(_days)]
