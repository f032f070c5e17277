"""When a clock brings which card: the steps of one deadline, a pure function of clock and rules.

The handling clock has the whole ladder (山东省级投诉热线办法: yellow with one working day left, red
on the first working day late); signing is yellow at its limit and red at twice that; every other
limit is warned of and then shown as late.
"""

from dataclasses import dataclass
from datetime import datetime

from tickets.cards.words import CardKind
from tickets.city import City
from tickets.deadlines import WorkingTime
from tickets.durations import Span, read_span
from tickets.life.models import RunningClock
from tickets.life.words import ClockKind
from tickets.limits import CardRules


@dataclass(frozen=True, slots=True)
class Step:
    """A card and when it is due."""

    kind: CardKind
    at: datetime


def set_alarm(clock: RunningClock, city: City) -> None:
    """Write into a clock when a timer must look at it next, and for which card."""
    step = next_step(clock, city)
    clock.next_card, clock.alert_at = (step.kind, step.at) if step else (None, None)


def next_step(clock: RunningClock, city: City) -> Step | None:
    """Return the first step harder than the last card of this deadline; None when it is quiet."""
    if clock.stopped_at is not None or clock.paused_at is not None:
        return None
    harder = [step for step in steps(clock, city) if _beyond(step, clock)]
    return min(harder, key=lambda step: step.at, default=None)


def reached(clock: RunningClock, city: City, at: datetime) -> Step | None:
    """Return the hardest step whose time has come and which has not been taken."""
    if clock.stopped_at is not None or clock.paused_at is not None:
        return None
    come = [step for step in steps(clock, city) if step.at <= at and _beyond(step, clock)]
    return max(come, key=lambda step: step.kind.rank, default=None)


def steps(clock: RunningClock, city: City) -> list[Step]:
    """Return all steps of a clock's present deadline; what would be due before its start is none.

    The warning comes when the last part of the time first given begins, counted back from the
    present deadline: a pause or an extension moves it along.
    """
    time, rules, limit = city.time, city.rules.cards, read_span(clock.limit)
    spare = time.counted(clock.started_at, clock.first_due_at, limit) * (1 - rules.warning)
    found = [Step(CardKind.WARNING, time.before(clock.due_at, spare, limit))]
    if clock.kind is ClockKind.HANDLE:
        found += _handling(clock.due_at, limit, time, rules)
    elif clock.kind is ClockKind.SIGN:
        found += [
            Step(CardKind.YELLOW, clock.due_at),
            Step(CardKind.RED, time.extended(clock.due_at, limit)),
        ]
    else:
        found += [Step(CardKind.YELLOW, clock.due_at)]
    return [step for step in found if step.at > clock.started_at]


def _handling(due: datetime, limit: Span, time: WorkingTime, rules: CardRules) -> list[Step]:
    """A natural limit is over at night and on holidays too, and has no last working day."""
    red = due if limit.natural else time.next_workday(due)
    letter = time.extended(red, rules.letter)
    escalation = time.extended(letter, rules.escalation)
    censure = time.extended(escalation, rules.censure)
    yellow = [] if limit.natural else [Step(CardKind.YELLOW, time.last_workday(due))]
    return [
        *yellow,
        Step(CardKind.RED, red),
        Step(CardKind.LETTER, letter),
        Step(CardKind.ESCALATION, escalation),
        Step(CardKind.CENSURE, censure),
    ]


def _beyond(step: Step, clock: RunningClock) -> bool:
    return clock.card is None or step.kind.rank > clock.card.rank
