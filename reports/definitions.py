"""Every published measure, defined once: what it counts, over what, without what, by whose rule.

A figure is never shown without its definition: two hotlines mean different things by 接通率, and
one quarter was published with both 94.84 % and 88.94 %. Reports, API and command line read this.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from reports.counts import ABANDONED, ANSWER_LIMIT, Counts
from tickets.outcomes import Outcome


class Unit(StrEnum):
    """How a value is to be read."""

    CALLS = "calls"
    SHARE = "share"  # 0 to 1, printed as percent
    SECONDS = "seconds"


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
    over: Callable[[Counts], float | None]
    under: Callable[[Counts], float] | None = None

    def value(self, counts: Counts) -> float | None:
        """Compute the figure. None when there is nothing to divide by: no calls is not 100 %."""
        amount = self.over(counts)
        if self.under is None or amount is None:
            return amount
        base = self.under(counts)
        return amount / base if base > 0 else None


_PARTITION = "The hotline's own partition of all arrivals into sixteen classes, one for each call"
_STILL_RUNNING = "calls still running"
_NO_HUMAN = f"{_STILL_RUNNING}; ivr_hangup, ivr_served, closed (no human was asked for)"
_CLOCK = "from asking for a human (queue and ringing) until citizen and agent hear each other"

_FROM_CALL = "from the beginning of the call (greeting and menu included) until citizen and agent "
_FROM_CALL += "hear each other"
_EARLY = f"within {ANSWER_LIMIT:.0f} s of asking for a human"
_TEXTBOOK = "One of the four textbook forms of the service level"


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
        version=2,
        name_zh="平均放弃前等待时长",
        name_en="Mean wait before giving up",
        formula="Σ wait of abandoned calls / abandoned",
        numerator="seconds from asking for a human to leaving the last wait for one (a menu after "
        "it is no wait), summed over calls of class abandoned or abandoned_short",
        denominator="calls of class abandoned or abandoned_short",
        exclusions=f"{_STILL_RUNNING}; all other classes",
        unit=Unit.SECONDS,
        source="Common usage; shown beside the mean wait of answered calls, never mixed into it",
        over=lambda c: c.waited_abandoned,
        under=lambda c: c.of(*ABANDONED),
    ),
    Measure(
        id="answer_rate_per_request",
        version=1,
        name_zh="人工接通率（按请求次数）",
        name_en="Answer rate per request",
        formula="answered / entries into a queue",
        numerator="calls of class answered",
        denominator="entries into a queue of ended calls; a call that enters twice counts twice",
        exclusions=f"{_STILL_RUNNING}; calls that entered no queue",
        unit=Unit.SHARE,
        source="人工接通率 as call centres count it (A / R); GB/T 33358-2016 asks for 95 % in any "
        "24 hours and gives no formula",
        over=lambda c: c.of(Outcome.ANSWERED),
        under=lambda c: c.requests,
    ),
    Measure(
        id="answer_rate_of_arrivals",
        version=1,
        name_zh="呼入接通率",
        name_en="Answer rate of all arrivals",
        formula="answered / ended arrivals",
        numerator="calls of class answered",
        denominator="ended arrivals",
        exclusions=f"{_STILL_RUNNING}; nothing else, so whoever was served by the menu counts "
        "against it",
        unit=Unit.SHARE,
        source="呼入接通率, the harshest reading in use",
        over=lambda c: c.of(Outcome.ANSWERED),
        under=lambda c: c.arrivals - c.running,
    ),
    Measure(
        id="answered_in_15s_of_call_over_offered",
        version=1,
        name_zh="15秒接通率（含导航语音，占请求人工量）",
        name_en="Answered within 15 s of the call's beginning, of all human requests",
        formula="answered within 15 s of the call's beginning / human requests",
        numerator=f"calls of class answered in at most 15 s, {_FROM_CALL}",
        denominator="human requests",
        exclusions=_NO_HUMAN,
        unit=Unit.SHARE,
        source="The other reading of the 15 s of GB/T 33358-2016: what the citizen lives through, "
        "greeting included",
        over=lambda c: c.answered_in_time_of_call,
        under=lambda c: c.human_requests,
    ),
    Measure(
        id="service_level_with_early_abandons",
        version=1,
        name_zh="服务水平（含15秒内放弃）",
        name_en="Service level, early abandons counted as served",
        formula="(answered within 15 s + abandoned within 15 s) / (answered + abandoned)",
        numerator=f"calls answered or abandoned {_EARLY}",
        denominator="calls of class answered, abandoned or abandoned_short",
        exclusions=f"{_STILL_RUNNING}; all other classes",
        unit=Unit.SHARE,
        source=f"{_TEXTBOOK}; Asterisk's ServicelevelPerf2",
        over=lambda c: c.answered_in_time + c.abandoned_in_time,
        under=lambda c: c.of(Outcome.ANSWERED, *ABANDONED),
    ),
    Measure(
        id="service_level_over_answered_and_abandoned",
        version=1,
        name_zh="服务水平（占接通与放弃量）",
        name_en="Service level, of answered and abandoned",
        formula="answered within 15 s / (answered + abandoned)",
        numerator=f"calls of class answered {_EARLY}",
        denominator="calls of class answered, abandoned or abandoned_short",
        exclusions=f"{_STILL_RUNNING}; all other classes",
        unit=Unit.SHARE,
        source=f"{_TEXTBOOK}; the one that no abandoned call improves",
        over=lambda c: c.answered_in_time,
        under=lambda c: c.of(Outcome.ANSWERED, *ABANDONED),
    ),
    Measure(
        id="service_level_without_early_abandons",
        version=1,
        name_zh="服务水平（剔除15秒内放弃）",
        name_en="Service level, early abandons left out",
        formula="answered within 15 s / (answered + abandoned later than 15 s)",
        numerator=f"calls of class answered {_EARLY}",
        denominator="calls of class answered, and those abandoned later than 15 s",
        exclusions=f"{_STILL_RUNNING}; calls abandoned {_EARLY}; all other classes",
        unit=Unit.SHARE,
        source=f"{_TEXTBOOK}; the fourth, over answered calls alone, is "
        "answered_in_15s_over_answered",
        over=lambda c: c.answered_in_time,
        under=lambda c: c.of(Outcome.ANSWERED, *ABANDONED) - c.abandoned_in_time,
    ),
    Measure(
        id="abandon_rate",
        version=1,
        name_zh="放弃率",
        name_en="Abandon rate",
        formula="abandoned / (answered + abandoned), short ones included",
        numerator="calls of class abandoned or abandoned_short",
        denominator="calls of class answered, abandoned or abandoned_short",
        exclusions=f"{_STILL_RUNNING}; all other classes, callbacks taken among them",
        unit=Unit.SHARE,
        source="Common usage; call centres aim at 5 % or less",
        over=lambda c: c.of(*ABANDONED),
        under=lambda c: c.of(Outcome.ANSWERED, *ABANDONED),
    ),
    Measure(
        id="abandon_rate_without_short",
        version=1,
        name_zh="放弃率（不含短时）",
        name_en="Abandon rate without short abandons",
        formula="abandoned / (answered + abandoned), short ones left out on both sides",
        numerator="calls of class abandoned",
        denominator="calls of class answered or abandoned",
        exclusions=f"{_STILL_RUNNING}; abandoned_short; all other classes",
        unit=Unit.SHARE,
        source="Common usage; stands beside the rate that leaves nobody out",
        over=lambda c: c.of(Outcome.ABANDONED),
        under=lambda c: c.of(Outcome.ANSWERED, Outcome.ABANDONED),
    ),
    Measure(
        id="mean_wait_from_call",
        version=1,
        name_zh="平均接通时长（含导航语音）",
        name_en="Mean time to a human, greeting included",
        formula="Σ time to a human of answered calls / answered",
        numerator=f"seconds {_FROM_CALL}, summed over calls of class answered",
        denominator="calls of class answered",
        exclusions=f"{_STILL_RUNNING}; callers who were not answered",
        unit=Unit.SECONDS,
        source="平均等待（含导航语音）, as the transport line 12328 publishes it",
        over=lambda c: c.reached,
        under=lambda c: c.of(Outcome.ANSWERED),
    ),
    Measure(
        id="mean_wait_all",
        version=1,
        name_zh="平均等待时长（全部排队）",
        name_en="Mean wait of all who queued",
        formula="Σ wait of all calls that entered a queue / calls that entered a queue",
        numerator="seconds from asking for a human to hearing one, giving up or being sent on",
        denominator="ended calls that entered a queue",
        exclusions=f"{_STILL_RUNNING}; calls that entered no queue",
        unit=Unit.SECONDS,
        source="Common usage; not to be called ASA, which is of answered calls alone",
        over=lambda c: c.waited_all,
        under=lambda c: c.queued,
    ),
    Measure(
        id="longest_wait",
        version=1,
        name_zh="最长等待时长",
        name_en="Longest wait",
        formula="max of the waits of all calls that entered a queue",
        numerator="seconds from asking for a human to hearing one, giving up or being sent on",
        denominator=None,
        exclusions=f"{_STILL_RUNNING}; calls that entered no queue",
        unit=Unit.SECONDS,
        source="Common usage; a mean hides the one who waited an hour",
        over=lambda c: c.longest_wait,
    ),
    Measure(
        id="mean_talk",
        version=1,
        name_zh="平均通话时长",
        name_en="Mean talk time (ATT)",
        formula="Σ talk of answered calls / answered",
        numerator="seconds joined with agents, summed over calls of class answered",
        denominator="calls of class answered",
        exclusions=f"{_STILL_RUNNING}; the agent's work after the talk; talks with partner lines",
        unit=Unit.SECONDS,
        source="Common usage (average talk time)",
        over=lambda c: c.talked,
        under=lambda c: c.of(Outcome.ANSWERED),
    ),
    Measure(
        id="longest_talk",
        version=1,
        name_zh="最长通话时长",
        name_en="Longest talk",
        formula="max of the talks of answered calls",
        numerator="seconds joined with agents",
        denominator=None,
        exclusions=f"{_STILL_RUNNING}; talks with partner lines",
        unit=Unit.SECONDS,
        source="Common usage; cities print it beside the mean",
        over=lambda c: c.longest_talk,
    ),
    Measure(
        id="rating_share",
        version=1,
        name_zh="参评率",
        name_en="Share of answered callers who rated",
        formula="rated / answered",
        numerator="calls of class answered with a rating",
        denominator="calls of class answered",
        exclusions=_STILL_RUNNING,
        unit=Unit.SHARE,
        source="Common usage; satisfaction means nothing without it",
        over=lambda c: c.rated,
        under=lambda c: c.of(Outcome.ANSWERED),
    ),
    Measure(
        id="satisfaction",
        version=1,
        name_zh="满意率（话后评价）",
        name_en="Satisfaction after the talk",
        formula="(very satisfied + satisfied + fairly satisfied) / rated",
        numerator="calls of class answered rated 1, 2 or 3 of five",
        denominator="calls of class answered with a rating",
        exclusions=f"{_STILL_RUNNING}; callers who did not rate",
        unit=Unit.SHARE,
        source="好差评 of five levels (very satisfied, satisfied and fairly satisfied are good); "
        "some cities divide by all calls, so 参评率 stands beside it",
        over=lambda c: c.satisfied,
        under=lambda c: c.rated,
    ),
)

BY_ID: Mapping[str, Measure] = {measure.id: measure for measure in MEASURES}
