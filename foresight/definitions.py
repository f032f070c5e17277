"""What every predicted figure means. Where it predicts a published measure, it names that measure.

A prediction and what really came of it can be compared only because both have one definition.
"""

from dataclasses import dataclass
from enum import StrEnum

from reports.definitions import BY_ID


class Unit(StrEnum):
    """How a predicted value is to be read."""

    CALLS = "calls"
    ERLANG = "erlang"
    AGENTS = "agents"
    SHARE = "share"  # 0 to 1, printed as percent
    SECONDS = "seconds"


@dataclass(frozen=True, slots=True)
class Prediction:
    """One predicted figure; `measure` is the id in reports.definitions that it predicts, if any."""

    id: str
    name_zh: str
    name_en: str
    formula: str
    unit: Unit
    source: str
    measure: str | None = None


_C = "Erlang C: nobody gives up, so it asks for rather too many agents"
_A = "Erlang A: callers give up after an exponential patience"


def _of(measure: str, id_: str, unit: Unit, formula: str, source: str) -> Prediction:
    published = BY_ID[measure]
    return Prediction(id_, published.name_zh, published.name_en, formula, unit, source, measure)


PREDICTIONS: tuple[Prediction, ...] = (
    Prediction(
        "calls", "预测请求人工量", "Calls forecast to ask for a human",
        "level of the last weeks × weight of the kind of day × share of the interval",
        Unit.CALLS, "The hotline's own history; its error is back-tested and stands beside it",
    ),
    Prediction(
        "handling", "平均处理时长", "Mean handling time (AHT)",
        "mean ringing and talk of answered calls + work after the talk", Unit.SECONDS,
        "Common usage (average handling time)",
    ),
    Prediction(
        "load", "话务量", "Offered load", "calls an hour × handling time / 3600", Unit.ERLANG,
        "Common usage: agents busy if nobody waited",
    ),
    Prediction(
        "agents", "所需在席人数", "Agents needed at their phones",
        "the fewest for which the goal is met, by Erlang C", Unit.AGENTS, _C,
    ),
    Prediction(
        "scheduled", "排班人数", "Agents on the roster", "agents / (1 − shrinkage), rounded up",
        Unit.AGENTS, "Common usage: breaks, training and illness take their share of paid time",
    ),
    Prediction(
        "occupancy", "工时利用率", "Occupancy", "load × answered share / agents", Unit.SHARE,
        f"{_A}; healthy between 70 % and 85 %",
    ),
    _of(
        "answered_in_15s_over_offered", "within", Unit.SHARE,
        "callers answered within the goal's limit / all who asked (15 s unless asked otherwise)",
        _A,
    ),
    _of("answer_rate_gross", "answer", Unit.SHARE, "1 − abandoned / all who asked", _A),
    _of("abandon_rate", "abandon", Unit.SHARE, "callers who gave up / all who asked", _A),
    _of(
        "mean_wait_answered", "mean_wait", Unit.SECONDS,
        "mean of the waits of those who are answered", _A,
    ),
)  # fmt: skip
