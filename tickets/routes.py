"""Which unit a ticket goes to: the route table over what the categories say.

Asked by the dispatch desk and by suggestions. Where the table is not clear it never guesses: the
review desk decides, and is told why.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from core.clock import local
from tickets.categories import Category, Handling
from tickets.durations import Span
from tickets.office_hours import Frames
from tickets.units import AREA
from tickets.urgency import Urgency


@dataclass(frozen=True, slots=True)
class Matter:
    """What dispatch knows of a ticket; `at` is when it is dispatched."""

    category: str | None
    area: str | None
    enterprise: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class RouteRule:
    """One `[[route]]`; None says nothing about that respect, or leaves it to the category."""

    category: str
    area: str | None = None
    enterprise: bool | None = None
    hours: Frames | None = None
    since: date | None = None
    until: date | None = None
    lead: str | None = None
    co: tuple[str, ...] | None = None
    handle: Span | None = None
    urgency: Urgency | None = None
    review: bool = False
    line: int | None = None

    def matches(self, matter: Matter) -> bool:
        """Tell whether the rule speaks for the matter, at the instant of its dispatch."""
        here = local(matter.at)
        minute = here.hour * 60 + here.minute
        return (
            matter.category is not None
            and matter.category.startswith(self.category)
            and self.area in (None, matter.area)
            and self.enterprise in (None, matter.enterprise)
            and (self.hours is None or any(a <= minute < b for a, b in self.hours))
            and (self.since is None or self.since <= here.date())
            and (self.until is None or here.date() <= self.until)
        )

    def conditions(self) -> frozenset[tuple[str, object]]:
        """What the rule is narrowed to, beside its category."""
        respects = ("area", "enterprise", "hours", "since", "until")
        return frozenset(
            (name, value) for name in respects if (value := getattr(self, name)) is not None
        )

    def narrower_than(self, other: "RouteRule") -> bool:
        """Tell whether the rule is as narrow in every respect and narrower in one.

        Of rules that match the same matter: the longer category, and each respect the other has.
        """
        mine, others = ({name for name, _ in rule.conditions()} for rule in (self, other))
        longer = len(self.category) - len(other.category)
        return longer >= 0 and mine >= others and (longer > 0 or mine > others)


class ReviewReason(StrEnum):
    """Why people must decide."""

    NO_CATEGORY = "no category is set, or one that nobody leads"
    NO_AREA = "the area decides who leads, and none is set"
    AMBIGUOUS = "several routes apply and none is the most specific"
    RULE = "the route asks for people"


@dataclass(frozen=True, slots=True)
class Route:
    """Where a ticket goes. Units by code; `urgency` is the least it must have."""

    lead: str
    co: tuple[str, ...]
    handle: Span | None
    urgency: Urgency
    rule: RouteRule | None


@dataclass(frozen=True, slots=True)
class ForReview:
    """People decide; `rules` are those that could not be told apart."""

    reason: ReviewReason
    rules: tuple[RouteRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Routes:
    """The route table with the categories it stands on."""

    categories: Mapping[str, Category]
    rules: Sequence[RouteRule]

    def resolve(self, matter: Matter) -> Route | ForReview:
        """Find the one route of a matter, or say why people must."""
        category = self.categories.get(matter.category or "")
        if category is None or category.handling is None:
            return ForReview(ReviewReason.NO_CATEGORY)
        best = _most_specific([rule for rule in self.rules if rule.matches(matter)])
        if len(best) > 1:
            return ForReview(ReviewReason.AMBIGUOUS, tuple(best))
        rule = best[0] if best else None
        if rule is not None and rule.review:
            return ForReview(ReviewReason.RULE, (rule,))
        return _route(category.handling, rule, matter.area)


def _most_specific(rules: Sequence[RouteRule]) -> list[RouteRule]:
    return [rule for rule in rules if not any(other.narrower_than(rule) for other in rules)]


def _route(handling: Handling, rule: RouteRule | None, area: str | None) -> Route | ForReview:
    said = rule or RouteRule(category="")
    lead = _unit(said.lead or handling.lead, area)
    if lead is None:
        return ForReview(ReviewReason.NO_AREA)
    helpers = handling.co if said.co is None else said.co
    urgency = max(handling.urgency, said.urgency or handling.urgency, key=lambda u: u.rank)
    return Route(lead, _others(lead, helpers, area), said.handle, urgency, rule)


def _others(lead: str, codes: Iterable[str], area: str | None) -> tuple[str, ...]:
    """Name each co-handling unit once; one that cannot be named yet is left to the lead."""
    units = dict.fromkeys(_unit(code, area) for code in codes)
    return tuple(unit for unit in units if unit is not None and unit != lead)


def _unit(code: str, area: str | None) -> str | None:
    return area if code == AREA else code
