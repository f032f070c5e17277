"""How the parts of a period are dealt to its tickets: exactly as many of each as published.

Tickets are numbered in the order they came. A stride that shares no factor with their number walks
over all of them once, so whoever gets the first n places of the walk are n tickets, well mixed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from math import gcd
from typing import Any

from demo.published import Period, shared_out
from demo.stories import Way
from tickets.categories import Category
from tickets.city import City
from tickets.units import CENTER

# Fractions no simple ratio comes near: walks by them mix well, and differ from each other.
_GOLDEN, _PLASTIC, _SILVER = 0.6180339887, 0.7548776662, 0.4142135624


@dataclass(frozen=True, slots=True)
class Hand:
    """Names and the place of the walk at which each begins, for `width_bucket`."""

    names: list[str]
    starts: list[int]

    @classmethod
    def of(cls, parts: Iterable[tuple[str, int]]) -> "Hand":
        """Lay parts one behind the other; what has none is left out."""
        some = [(name, number) for name, number in parts if number]
        ends = accumulate((number for _, number in some), initial=0)
        return cls([name for name, _ in some], list(ends)[:-1])


def stride(fraction: float, among: int) -> int:
    """Return a step near a fraction of a number that shares no factor with it."""
    step = max(1, round(fraction * among))
    while gcd(step, max(among, 1)) > 1:
        step += 1
    return step


def dealt(period: Period, city: City) -> dict[str, Any]:
    """Return the parameters of the statements that deal a period's parts to its tickets."""
    valid = period.tickets - period.invalid
    topics, others = Hand.of(_topics(period, city)), sum(period.others.values())
    fates, types = Hand.of(_fates(period)), Hand.of(period.types.items())
    doors = Hand.of((door.value, number) for door, number in period.others.items())
    categories = city.routes.categories
    return {
        "calls": period.calls,
        "unanswered": period.unanswered,
        "others": others,
        "door_stride": stride(_SILVER, others),
        "doors": doors.names,
        "door_starts": doors.starts,
        "answered": period.calls - period.unanswered,
        "tickets": period.tickets,
        "type_stride": stride(_GOLDEN, period.tickets),
        "types": types.names,
        "type_starts": types.starts,
        "invalid": period.invalid,
        "online": period.online,
        "valid": valid,
        "topic_stride": stride(_PLASTIC, valid),
        "topics": topics.names,
        "topic_starts": topics.starts,
        "leads": [_lead(categories[code]) for code in topics.names],
        "titles": [categories[code].name for code in topics.names],
        "dispatched": period.dispatched,
        "fate_stride": stride(_SILVER, period.dispatched),
        "late": period.late,
        "fates": fates.names,
        "fate_starts": fates.starts,
        "retried_from": period.late + period.redone + period.unreached + period.unreasonable,
        "retried": period.retried,
        "flow_seconds": period.flow_days * 86_400,
        "areas": sorted(city.units.areas),
    }


def _fates(period: Period) -> list[tuple[str, int]]:
    """The late ones and, behind the retried, the rest are content."""
    special = (
        (Way.CONTENT, period.late),
        (Way.REDONE, period.redone),
        (Way.UNREACHED, period.unreached),
        (Way.UNREASONABLE, period.unreasonable),
    )
    rest = period.dispatched - sum(number for _, number in special)
    return [(way.value, number) for way, number in (*special, (Way.CONTENT, rest))]


def _topics(period: Period, city: City) -> list[tuple[str, int]]:
    """The leading categories as published, the others alike; none that needs named readers."""
    others = [code for code, one in city.routes.categories.items() if _ordinary(one, period.topics)]
    rest = period.tickets - period.invalid - sum(period.topics.values())
    shares = shared_out([1.0] * len(others), rest)
    return [*period.topics.items(), *zip(others, shares, strict=True)]


def _ordinary(category: Category, topics: Mapping[str, int]) -> bool:
    handling = category.handling
    if handling is None or handling.secret or handling.lead == CENTER:
        return False
    return category.code not in topics


def _lead(category: Category) -> str:
    if category.handling is None:
        raise ValueError(f"{category.code} only groups; no ticket has it")
    return category.handling.lead
