"""Handing calls over to partner lines: how many, how well, how fast.

Counted are attempts of voice: a call handed over twice counts twice. What went as data, or as words
of guidance, is listed and not counted here.
"""

from collections.abc import Callable
from dataclasses import dataclass

from reports.definitions.measure import Measure, Unit

_SOURCE = "Raw counters of an interval: X before an agent, XA after one"
_RUNNING = "calls still running"


@dataclass(frozen=True, slots=True)
class TransferCounts:
    """Attempts of a group of calls; `answer_seconds` sums asking to answering, of `answered`."""

    by_menu: int = 0
    by_agent: int = 0
    accepted: int = 0
    answered: int = 0
    answer_seconds: float = 0.0
    came_back: int = 0

    @property
    def attempts(self) -> int:
        """All of them."""
        return self.by_menu + self.by_agent


def _measure(
    id_: str,
    names: tuple[str, str],
    numerator: str,
    unit: Unit,
    over: Callable[[TransferCounts], float],
    denominator: str | None = None,
    under: Callable[[TransferCounts], float] | None = None,
) -> Measure[TransferCounts]:
    return Measure(
        id=id_,
        version=1,
        name_zh=names[0],
        name_en=names[1],
        formula=numerator if denominator is None else f"{numerator} / {denominator}",
        numerator=numerator,
        denominator=denominator,
        exclusions=_RUNNING,
        unit=unit,
        source=_SOURCE,
        over=over,
        under=under,
    )


TRANSFERS: tuple[Measure[TransferCounts], ...] = (
    _measure(
        "transfers_before_agent",
        ("人工前转接量", "Attempts to hand over before an agent (X)"),
        "attempts that the menu made",
        Unit.CALLS,
        lambda c: c.by_menu,
    ),
    _measure(
        "transfers_after_agent",
        ("人工后转接量", "Attempts to hand over after an agent (XA)"),
        "attempts that an agent made",
        Unit.CALLS,
        lambda c: c.by_agent,
    ),
    _measure(
        "transfer_success_rate",
        ("转接成功率", "Attempts that reached the citizen's talk with the partner"),
        "attempts after which partner and citizen talked",
        Unit.SHARE,
        lambda c: c.accepted,
        "attempts",
        lambda c: c.attempts,
    ),
    _measure(
        "transfer_return_rate",
        ("转接返回率", "Attempts after which the citizen was ours again"),
        "attempts after which the citizen was with an agent or in a queue again",
        Unit.SHARE,
        lambda c: c.came_back,
        "attempts",
        lambda c: c.attempts,
    ),
    _measure(
        "far_answer_seconds",
        ("对方应答时长", "Seconds until the partner answers"),
        "seconds from asking for the partner to their answer, of answered attempts",
        Unit.SECONDS,
        lambda c: c.answer_seconds,
        "answered attempts",
        lambda c: c.answered,
    ),
)
