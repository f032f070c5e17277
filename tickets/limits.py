"""How long each step of a ticket may take, by the type of the matter and its urgency.

The figures are `limits.toml`; whoever starts a clock asks `Rules.limits_for`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.errors import HotlineError
from tickets.durations import Span, stricter
from tickets.office_hours import OfficeHours
from tickets.states import TicketState
from tickets.urgency import Urgency


@dataclass(frozen=True, slots=True)
class Extensions:
    """How often handling may be extended, and to how much in all, from dispatch."""

    times: int
    times_by_leader: int
    to: Span


@dataclass(frozen=True, slots=True)
class Callback:
    """Which tickets get a follow-up call (回访): a share of them from 0 to 1."""

    share: float
    low_marks: bool = False
    consent: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """The spans of one ticket; None is no limit. All but `dispatch` run from dispatch."""

    dispatch: Span | None = None
    sign: Span | None = None
    first_contact: Span | None = None
    first_reply: Span | None = None
    on_site: Span | None = None
    handle: Span | None = None
    extensions: Extensions | None = None


@dataclass(frozen=True, slots=True)
class TicketType:
    """The nature of a matter (诉求性质), with the limits of its own `urgency`."""

    code: str
    name: str
    urgency: Urgency
    limits: Limits
    callback: Callback | None
    masked: bool
    task_force: bool


@dataclass(frozen=True, slots=True)
class UrgencyRule:
    """What a raised urgency makes of a type's limits."""

    level: Urgency
    name: str
    limits: Limits
    extendable: bool


class UnknownType(HotlineError):
    """A ticket's type is not in limits.toml."""

    slug = "unknown-ticket-type"


@dataclass(frozen=True, slots=True)
class CardRules:
    """When lateness brings what: `warning` is the share of a limit that has passed by then.

    Each of the others is counted from the step before, the letter from the red card; `reply` is
    how long a unit has to answer a letter.
    """

    warning: float
    letter: Span
    escalation: Span
    censure: Span
    reply: Span


@dataclass(frozen=True, slots=True)
class Rules:
    """All of `limits.toml`; `hops` is how long a ticket may stand in a state without a clock."""

    office: OfficeHours
    types: Mapping[str, TicketType]
    urgencies: Mapping[Urgency, UrgencyRule]
    hops: Mapping[TicketState, Span]
    cards: CardRules

    def type_of(self, code: str) -> TicketType:
        """Return the type of a code. Raises UnknownType naming the types there are."""
        if code not in self.types:
            raise UnknownType(f"There is no type {code!r}. Types: {', '.join(self.types)}.")
        return self.types[code]

    def limits_for(self, code: str, urgency: Urgency | None = None) -> Limits:
        """Return the limits of a type at an urgency, at its own when None. Raises UnknownType.

        An urgency above the type's own tightens its limits and never gives more time. A type that
        nobody handles (无效) has none at any urgency.
        """
        kind = self.type_of(code)
        rank = (urgency or kind.urgency).rank
        if kind.limits == Limits():
            return kind.limits
        limits = kind.limits
        for rule in self.urgencies.values():
            if kind.urgency.rank < rule.level.rank <= rank:
                limits = _tightened(limits, rule)
        return limits


def _tightened(limits: Limits, rule: UrgencyRule) -> Limits:
    return replace(
        limits,
        dispatch=stricter(limits.dispatch, rule.limits.dispatch),
        sign=stricter(limits.sign, rule.limits.sign),
        first_contact=stricter(limits.first_contact, rule.limits.first_contact),
        first_reply=stricter(limits.first_reply, rule.limits.first_reply),
        on_site=stricter(limits.on_site, rule.limits.on_site),
        handle=stricter(limits.handle, rule.limits.handle),
        extensions=limits.extensions if rule.extendable else None,
    )
