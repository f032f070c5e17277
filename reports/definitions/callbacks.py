"""Call-backs: how many were promised, kept, and kept in time; and the rate that counts them.

They stand on a line of their own. A call that nobody answered stays what it was, whoever was
reached later: `answer_rate_with_callbacks` is published beside the answer rate, never instead.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields

from reports.definitions.measure import Measure, Unit
from reports.definitions.words import NO_HUMAN

_PROMISED = "call-backs that citizens asked for, by the local day they were promised"
_OWED = "call-backs promised − cancelled − still under way"
_EXCLUDED = (
    "still under way; cancelled, which is: the citizen called again, was talking, or was promised "
    "one already"
)
_SOURCE = "The ledger's call-backs; 漏接电话回拨 of 国办函 2025 No. 66 names no formula"


@dataclass(frozen=True, slots=True)
class CallbackCounts:
    """Call-backs of a group, and the calls of the same days.

    `promised` to `expired` are of those that citizens asked for; `ordered` and `ordered_reached` of
    abandoned callers whom people rang back. `answered` and `human_requests` are of all calls;
    `reached_in_24h` are calls not answered whose caller was reached within 24 h of their end.
    """

    promised: int = 0
    live: int = 0
    cancelled: int = 0
    reached: int = 0
    reached_in_time: int = 0
    not_reached: int = 0
    expired: int = 0
    seconds_to_reach: float = 0.0
    ordered: int = 0
    ordered_reached: int = 0
    answered: int = 0
    human_requests: int = 0
    reached_in_24h: int = 0

    @property
    def owed(self) -> int:
        """What could be kept and is decided."""
        return self.promised - self.live - self.cancelled

    def __add__(self, other: "CallbackCounts") -> "CallbackCounts":
        names = (f.name for f in fields(self))
        return CallbackCounts(**{n: getattr(self, n) + getattr(other, n) for n in names})


CallbackMeasure = Measure[CallbackCounts]


def _count(
    id_: str,
    names: tuple[str, str],
    what: str,
    over: Callable[[CallbackCounts], float],
    exclusions: str = "those that people order for abandoned callers",
) -> CallbackMeasure:
    return Measure(
        id=id_,
        version=1,
        name_zh=names[0],
        name_en=names[1],
        formula=what,
        numerator=what,
        denominator=None,
        exclusions=exclusions,
        unit=Unit.CALLS,
        source=_SOURCE,
        over=over,
    )


CALLBACKS: tuple[CallbackMeasure, ...] = (
    _count(
        "callbacks_promised",
        ("预约回拨承诺量", "Call-backs promised"),
        _PROMISED,
        lambda c: c.promised,
    ),
    _count(
        "callbacks_reached",
        ("回拨接通量", "Call-backs in which the citizen was reached"),
        f"{_PROMISED}, in which agent and citizen spoke",
        lambda c: c.reached,
    ),
    _count(
        "callbacks_reached_in_time",
        ("按时回拨接通量", "Call-backs reached in the promised window"),
        f"{_PROMISED}, in which agent and citizen spoke before the promised instant",
        lambda c: c.reached_in_time,
    ),
    _count(
        "callbacks_cancelled",
        ("回拨取消量", "Call-backs that were not needed any more"),
        f"{_PROMISED}, cancelled because the citizen called again, was talking or was promised one "
        "already",
        lambda c: c.cancelled,
    ),
    Measure(
        id="callback_reach_rate",
        version=1,
        name_zh="回拨接通率",
        name_en="Call-backs reached, of those owed",
        formula=f"reached / ({_OWED})",
        numerator="call-backs in which agent and citizen spoke",
        denominator=_OWED,
        exclusions=_EXCLUDED,
        unit=Unit.SHARE,
        source=_SOURCE,
        over=lambda c: c.reached,
        under=lambda c: c.owed,
        short="回拨接通率",
    ),
    Measure(
        id="callback_in_time_rate",
        version=1,
        name_zh="按时回拨率",
        name_en="Call-backs reached in the promised window, of those owed",
        formula=f"reached in the promised window / ({_OWED})",
        numerator="call-backs in which agent and citizen spoke before the promised instant",
        denominator=_OWED,
        exclusions=_EXCLUDED,
        unit=Unit.SHARE,
        source=_SOURCE,
        over=lambda c: c.reached_in_time,
        under=lambda c: c.owed,
        short="按时回拨率",
    ),
    Measure(
        id="mean_seconds_to_callback",
        version=1,
        name_zh="平均回拨时长",
        name_en="Mean time from the promise to the talk",
        formula="Σ (reached − promised) / reached",
        numerator="seconds from promising to the talk, summed over call-backs reached",
        denominator="call-backs reached",
        exclusions="call-backs not reached; nights count, when nobody is rung",
        unit=Unit.SECONDS,
        source=_SOURCE,
        over=lambda c: c.seconds_to_reach,
        under=lambda c: c.reached,
        short="平均回拨",
    ),
    _count(
        "abandoned_rung_back",
        ("放弃来电回拨量", "Abandoned callers whom people rang back"),
        "callers who gave up and whom an agent was told to ring, by the local day of the order",
        lambda c: c.ordered,
        "those that citizens asked for",
    ),
    _count(
        "abandoned_reached",
        ("放弃来电回拨接通量", "Abandoned callers who were reached"),
        "callers who gave up and to whom the agent spoke, by the local day of the order",
        lambda c: c.ordered_reached,
        "those that citizens asked for",
    ),
    Measure(
        id="answer_rate_with_callbacks",
        version=1,
        name_zh="含回拨接通率",
        name_en="Answer rate with call-backs",
        formula="(answered + reached by call-back within 24 h) / human requests",
        numerator="calls of class answered, and calls of another class whose caller was reached by "
        "a call-back within 24 h of the call's end",
        denominator="human requests",
        exclusions=f"{NO_HUMAN}; callers reached later than 24 h",
        unit=Unit.SHARE,
        source="含回拨接通率; published beside the answer rate, never instead of it",
        over=lambda c: c.answered + c.reached_in_24h,
        under=lambda c: c.human_requests,
        short="含回拨",
    ),
)
