"""Every published measure, defined once: what it counts, over what, without what, by whose rule.

A figure is never shown without its definition: two hotlines mean different things by 接通率, and
one quarter was published with both 94.84 % and 88.94 %. Reports, API and command line read this.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tickets.outcomes import Outcome

ANSWER_LIMIT = 15.0  # seconds, the limit of GB/T 33358-2016

# Ended without asking for a human; they are no part of any rate.
NO_HUMAN_ASKED = (Outcome.IVR_HANGUP, Outcome.IVR_SERVED, Outcome.CLOSED)
# Gave up while waiting for a human.
ABANDONED = (Outcome.ABANDONED, Outcome.ABANDONED_SHORT)


class Unit(StrEnum):
    """How a value is to be read."""

    CALLS = "calls"
    SHARE = "share"  # 0 to 1, printed as percent
    SECONDS = "seconds"


@dataclass(frozen=True, slots=True)
class Counts:
    """What a group of calls adds up to; every measure is computed from this and nothing else.

    `waited` and `waited_abandoned` are sums of seconds, from asking for a human to hearing one or
    to giving up.
    """

    arrivals: int = 0
    running: int = 0
    classes: Mapping[Outcome, int] = field(default_factory=dict)
    answered_in_time: int = 0
    waited: float = 0.0
    waited_abandoned: float = 0.0

    def of(self, *outcomes: Outcome) -> int:
        """Return how many calls ended in one of these classes."""
        return sum(self.classes.get(outcome, 0) for outcome in outcomes)

    @property
    def human_requests(self) -> int:
        """Ended calls but for those that never asked for a human."""
        return self.arrivals - self.running - self.of(*NO_HUMAN_ASKED)

    @property
    def unexplained(self) -> int:
        """Calls by which the classes miss the ended arrivals; anything but zero is a fault."""
        return self.arrivals - self.running - self.of(*Outcome)

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            arrivals=self.arrivals + other.arrivals,
            running=self.running + other.running,
            classes={outcome: self.of(outcome) + other.of(outcome) for outcome in Outcome},
            answered_in_time=self.answered_in_time + other.answered_in_time,
            waited=self.waited + other.waited,
            waited_abandoned=self.waited_abandoned + other.waited_abandoned,
        )


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure: its words for people and its arithmetic for us, which must say the same.

    The version rises whenever the words or the arithmetic change, so that an old figure can still
    be told from a new one.
    """

    id: str
    version: int
    name_zh: str
    name_en: str
    formula: str
    numerator: str
    denominator: str | None
    exclusions: str
    unit: Unit
    source: str
    over: Callable[[Counts], float]
    under: Callable[[Counts], float] | None = None

    def value(self, counts: Counts) -> float | None:
        """Compute the figure. None when there is nothing to divide by: no calls is not 100 %."""
        if self.under is None:
            return self.over(counts)
        base = self.under(counts)
        return self.over(counts) / base if base > 0 else None


_PARTITION = "The hotline's own partition of all arrivals into sixteen classes, one for each call"
_STILL_RUNNING = "calls still running"
_NO_HUMAN = f"{_STILL_RUNNING}; ivr_hangup, ivr_served, closed (no human was asked for)"
_CLOCK = "from asking for a human (queue and ringing) until citizen and agent hear each other"


def _count(
    id_: str, name_zh: str, name_en: str, formula: str, over: Callable[[Counts], float]
) -> Measure:
    return Measure(
        id=id_,
        version=1,
        name_zh=name_zh,
        name_en=name_en,
        formula=formula,
        numerator=formula,
        denominator=None,
        exclusions="none" if id_ == "arrivals" else _STILL_RUNNING,
        unit=Unit.CALLS,
        source=_PARTITION,
        over=over,
    )


MEASURES: tuple[Measure, ...] = (
    _count(
        "arrivals",
        "呼入量",
        "Arrivals",
        "calls that arrived on any of our numbers in the period, by the local day they began",
        lambda c: c.arrivals,
    ),
    _count(
        "human_requests",
        "请求人工量",
        "Calls that asked for a human",
        "ended arrivals − ivr_hangup − ivr_served − closed; a call that asks twice counts once",
        lambda c: c.human_requests,
    ),
    _count(
        "answered",
        "人工接通量",
        "Calls answered by a human",
        "calls of class answered",
        lambda c: c.of(Outcome.ANSWERED),
    ),
    _count(
        "abandoned_total",
        "放弃量",
        "Abandoned calls",
        "calls of class abandoned or abandoned_short: the caller gave up while waiting for a human",
        lambda c: c.of(*ABANDONED),
    ),
    _count(
        "abandoned",
        "放弃量（不含短时）",
        "Abandoned calls without short ones",
        "calls of class abandoned: given up later than the short-abandon limit",
        lambda c: c.of(Outcome.ABANDONED),
    ),
    _count(
        "abandoned_short",
        "短时放弃量",
        "Calls abandoned at once",
        "calls of class abandoned_short: given up within the short-abandon limit "
        "(5 s unless set otherwise) of entering the queue",
        lambda c: c.of(Outcome.ABANDONED_SHORT),
    ),
    Measure(
        id="answer_rate_gross",
        version=1,
        name_zh="接通率（毛）",
        name_en="Answer rate, gross",
        formula="answered / human requests",
        numerator="calls of class answered",
        denominator="human requests",
        exclusions=_NO_HUMAN,
        unit=Unit.SHARE,
        source=f"{_PARTITION}; 人工接通率 by distinct calls. GB/T 33358-2016 asks for 95 % in any "
        "24 hours",
        over=lambda c: c.of(Outcome.ANSWERED),
        under=lambda c: c.human_requests,
    ),
    Measure(
        id="answer_rate_net",
        version=1,
        name_zh="接通率（净）",
        name_en="Answer rate, net of short abandons",
        formula="answered / (human requests − abandoned_short)",
        numerator="calls of class answered",
        denominator="human requests − abandoned_short",
        exclusions=f"{_NO_HUMAN}; abandoned_short",
        unit=Unit.SHARE,
        source=f"{_PARTITION}; 有效接通率. There is no common limit for a short abandon, so the "
        "gross rate stands beside it",
        over=lambda c: c.of(Outcome.ANSWERED),
        under=lambda c: c.human_requests - c.of(Outcome.ABANDONED_SHORT),
    ),
    Measure(
        id="answered_in_15s_over_offered",
        version=1,
        name_zh="15秒接通率（占请求人工量）",
        name_en="Answered within 15 s, of all human requests",
        formula="answered within 15 s / human requests",
        numerator=f"calls of class answered in at most 15 s, {_CLOCK}",
        denominator="human requests",
        exclusions=_NO_HUMAN,
        unit=Unit.SHARE,
        source="15秒人工接通率, the strict reading; limit of GB/T 33358-2016",
        over=lambda c: c.answered_in_time,
        under=lambda c: c.human_requests,
    ),
    Measure(
        id="answered_in_15s_over_answered",
        version=1,
        name_zh="15秒接通率（占接通量）",
        name_en="Answered within 15 s, of those answered",
        formula="answered within 15 s / answered",
        numerator=f"calls of class answered in at most 15 s, {_CLOCK}",
        denominator="calls of class answered",
        exclusions=f"{_STILL_RUNNING}; every call that was not answered, so it flatters",
        unit=Unit.SHARE,
        source="15秒接通率 as some cities print it; the only reading by which it can exceed 接通率",
        over=lambda c: c.answered_in_time,
        under=lambda c: c.of(Outcome.ANSWERED),
    ),
    Measure(
        id="mean_wait_answered",
        version=1,
        name_zh="平均等待时长（接通）",
        name_en="Mean wait of answered calls (ASA)",
        formula="Σ wait of answered calls / answered",
        numerator=f"seconds {_CLOCK}, summed over calls of class answered",
        denominator="calls of class answered",
        exclusions=f"{_STILL_RUNNING}; the waits of callers who were not answered",
        unit=Unit.SECONDS,
        source="Common usage (average speed of answer)",
        over=lambda c: c.waited,
        under=lambda c: c.of(Outcome.ANSWERED),
    ),
    Measure(
        id="mean_wait_abandoned",
        version=1,
        name_zh="平均放弃前等待时长",
        name_en="Mean wait before giving up",
        formula="Σ wait of abandoned calls / abandoned",
        numerator="seconds from asking for a human to the end of the call, summed over calls of "
        "class abandoned or abandoned_short",
        denominator="calls of class abandoned or abandoned_short",
        exclusions=f"{_STILL_RUNNING}; all other classes",
        unit=Unit.SECONDS,
        source="Common usage; shown beside the mean wait of answered calls, never mixed into it",
        over=lambda c: c.waited_abandoned,
        under=lambda c: c.of(*ABANDONED),
    ),
)
