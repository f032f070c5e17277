"""What a unit's month is worth: parts by weight, less what cards cost; a pure calculation."""

from dataclasses import dataclass
from typing import Any

from oversight.rules import AssessmentRules
from oversight.words import Peers
from reports.ticket_counts import TicketCounts
from tickets.units import Unit, UnitKind

_FULL = 100.0
_UTILITIES = frozenset({UnitKind.UTILITY, UnitKind.VERTICAL})


@dataclass(frozen=True, slots=True)
class Cards:
    """How many cards a unit got in the month."""

    red: int = 0
    letter: int = 0
    censure: int = 0


@dataclass(frozen=True, slots=True)
class Scored:
    """The score, None where no part could be measured, and how it came about."""

    score: float | None
    parts: dict[str, Any]


def score(rules: AssessmentRules, counts: TicketCounts, cards: Cards) -> Scored:
    """Weigh the parts that can be measured, scaled to a hundred; never below zero."""
    values = [(part, part.measure.value(counts)) for part in rules.parts]
    known = [(part, value) for part, value in values if value is not None]
    weights = sum(part.weight for part, _ in known)
    parts: dict[str, Any] = {}
    for part, value in values:
        points = None if value is None else value * part.weight * _FULL / weights
        parts[part.measure.id] = {"value": value, "weight": part.weight, "points": points}
    lost = _lost(rules, counts, cards)
    for name, (number, points) in lost.items():
        parts[name] = {"value": number, "weight": -rules.deductions[name], "points": -points}
    if not weights:
        return Scored(None, parts)
    gained = sum(value * part.weight for part, value in known) * _FULL / weights
    taken = sum(points for _, points in lost.values())
    return Scored(round(max(0.0, gained - taken), 4), parts)


def _lost(
    rules: AssessmentRules, counts: TicketCounts, cards: Cards
) -> dict[str, tuple[int, float]]:
    numbers = {
        "red": cards.red,
        "unfounded_return": counts.of("returned_unfounded"),
        "letter": cards.letter,
        "censure": cards.censure,
    }
    return {name: (n, n * rules.deductions[name]) for name, n in numbers.items()}


def peers_of(rules: AssessmentRules, unit: Unit | None, sample: int) -> Peers:
    """Return whom a unit is compared with."""
    if unit is not None and unit.kind is UnitKind.AREA:
        return Peers.COUNTY if unit.code.isdecimal() else Peers.ZONE
    if unit is not None and unit.kind in _UTILITIES:
        return Peers.UTILITY
    return Peers.BUSY if sample >= rules.busy_from else Peers.QUIET
