"""Follow-up (回访): who was asked, who was reached, and what they said; three answers kept apart.

Done, solved and satisfied are three facts with a rate each, over the same base.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields

from reports.definitions.measure import Measure, Unit

_DAY = "follow-ups of the local day on which the answer was given"
_NOT_DUE = "answers that are not followed up (type, sample, no consent, no number); overtaken ones"
_BASE = "reached − tickets found unreasonable − tickets out of scope"
_SOURCE = "国办函 2025 No. 66: 回访 and 评价范围; the formulas are this hotline's"


@dataclass(frozen=True, slots=True)
class FollowUpCounts:
    """Follow-ups of a group. `weight` adds up what each mark of the handling is worth."""

    due: int = 0
    open: int = 0
    tried: int = 0
    covered: int = 0
    in_time: int = 0
    reached: int = 0
    unreached: int = 0
    redo: int = 0
    base: int = 0
    solved: int = 0
    partly: int = 0
    content: int = 0
    weight: float = 0.0
    service_marks: int = 0
    service_content: int = 0

    def __add__(self, other: "FollowUpCounts") -> "FollowUpCounts":
        names = (f.name for f in fields(self))
        return FollowUpCounts(**{n: getattr(self, n) + getattr(other, n) for n in names})


FollowUpMeasure = Measure[FollowUpCounts]
Amount = Callable[[FollowUpCounts], float]


def _count(id_: str, names: tuple[str, str], what: str, over: Amount) -> FollowUpMeasure:
    return Measure(
        id=id_,
        version=1,
        name_zh=names[0],
        name_en=names[1],
        formula=what,
        numerator=what,
        denominator=None,
        exclusions=_NOT_DUE,
        unit=Unit.TICKETS,
        source=_SOURCE,
        over=over,
    )


def _rate(
    id_: str,
    names: tuple[str, str],
    parts: tuple[str, str],
    over: Amount,
    under: Amount,
    exclusions: str = _NOT_DUE,
) -> FollowUpMeasure:
    return Measure(
        id=id_,
        version=1,
        name_zh=names[0],
        name_en=names[1],
        formula=f"{parts[0]} / {parts[1]}",
        numerator=parts[0],
        denominator=parts[1],
        exclusions=exclusions,
        unit=Unit.SHARE,
        source=_SOURCE,
        over=over,
        under=under,
    )


_OUT = f"{_NOT_DUE}; unreasonable and out-of-scope tickets"

FOLLOW_UPS: tuple[FollowUpMeasure, ...] = (
    _count("follow_ups_due", ("应回访", "Due for follow-up"), _DAY, lambda c: c.due),
    _count("follow_ups_reached", ("已回访", "Reached"), "due and answered", lambda c: c.reached),
    _count(
        "follow_ups_unreached",
        ("未接通", "Unreached"),
        "due, three attempts in vain",
        lambda c: c.unreached,
    ),
    _rate(
        "follow_up_coverage",
        ("回访率", "Follow-up rate"),
        ("due, and reached or tried in three half-days", "due"),
        lambda c: c.covered,
        lambda c: c.due,
    ),
    _rate(
        "follow_up_in_time",
        ("按时回访率", "Followed up in time"),
        ("due, first tried or answered within two working days", "due"),
        lambda c: c.in_time,
        lambda c: c.due,
    ),
    _rate(
        "follow_up_success",
        ("回访成功率", "Share of those tried who were reached"),
        ("reached", "due and tried at least once"),
        lambda c: c.reached,
        lambda c: c.tried,
    ),
    _rate(
        "follow_up_solved_rate",
        ("解决率", "Solved rate"),
        ("wholly solved in the citizen's view", _BASE),
        lambda c: c.solved,
        lambda c: c.base,
        f"{_OUT}; partly solved is not solved",
    ),
    _rate(
        "handling_satisfaction",
        ("满意率", "Satisfaction with the handling"),
        ("handling marked 1, 2 or 3 of five", _BASE),
        lambda c: c.content,
        lambda c: c.base,
        _OUT,
    ),
    _rate(
        "handling_satisfaction_weighted",
        ("满意率（加权）", "Weighted satisfaction with the handling"),
        ("what the marks are worth (weights of followup.toml), added up", _BASE),
        lambda c: c.weight,
        lambda c: c.base,
        _OUT,
    ),
    _rate(
        "service_satisfaction",
        ("服务满意率", "Satisfaction with the hotline's service"),
        ("service marked 1, 2 or 3 of five", "service marked at all"),
        lambda c: c.service_content,
        lambda c: c.service_marks,
    ),
    _rate(
        "follow_up_redo_rate",
        ("重办率", "Handled again"),
        ("reached and ordered to be handled again", "reached"),
        lambda c: c.redo,
        lambda c: c.reached,
    ),
)
