"""The deadlines of a demonstration's tickets, by the city's own limits and calendar."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.clock import midnight
from tickets.city import City
from tickets.durations import Span, Unit
from tickets.life.clocks import FOLLOW_UP_LIMIT, halved

# Dispatches happen at whole ten minutes, so that deadlines in working hours can be looked up.
TICK = timedelta(minutes=10)
# What is dispatched on the last day may be handled again two months later.
_AFTERWARDS = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class TypeLimits:
    """The spans of a type as they are written; None is no limit."""

    type: str
    dispatch: str | None
    sign: str | None
    contact: str | None
    handle: str | None
    redo: str | None
    follow_up: str


@dataclass(frozen=True, slots=True)
class Due:
    """When a span is over that began at an instant: of working days, at any instant of its day."""

    span: str
    since: datetime
    due: datetime


def limits_of(city: City) -> list[TypeLimits]:
    """Return the limits of every type at its own urgency."""
    found = []
    for code in city.rules.types:
        limits = city.rules.limits_for(code)
        found.append(
            TypeLimits(
                type=code,
                dispatch=_written(limits.dispatch),
                sign=_written(limits.sign),
                contact=_written(limits.first_contact),
                handle=_written(limits.handle),
                redo=_written(halved(limits.handle)),
                follow_up=str(FOLLOW_UP_LIMIT),
            )
        )
    return found


def _written(span: Span | None) -> str | None:
    return str(span) if span else None


def dues_of(city: City, since: date, until: date) -> Iterator[Due]:
    """Return the deadlines of all spans that tickets of these days may have."""
    for span in sorted(_spans(city), key=str):
        if span.unit is Unit.WORKDAYS:
            first, last, step = midnight(since), midnight(until) + _AFTERWARDS, timedelta(days=1)
        else:
            first, last, step = midnight(since), midnight(until) + timedelta(days=1), TICK
        while first < last:
            yield Due(str(span), first, city.time.deadline(first, span).at)
            first += step


def _spans(city: City) -> set[Span]:
    found = {FOLLOW_UP_LIMIT}
    for code in city.rules.types:
        limits = city.rules.limits_for(code)
        for span in (
            limits.dispatch, limits.sign, limits.first_contact, limits.handle,
            halved(limits.handle),
        ):  # fmt: skip
            if span is not None:
                found.add(span)
    return found
