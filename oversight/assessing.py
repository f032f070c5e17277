"""月度考核: a month is frozen, units may appeal, a panel decides, the result is published.

Every act is a row that is never changed. What was frozen stays as it was; decisions are added to it
when the result is shown.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import midnight, utc_now
from core.errors import HotlineError
from oversight.auditing import next_month
from oversight.models import AssessmentEvent, Score
from oversight.months import MOVES, events_of, look, state_of
from oversight.rules import AssessmentRules
from oversight.scoring import Cards, peers_of, score
from oversight.words import AssessmentAct, AssessmentState, Decision
from reports.ticket_counts import TicketCounts
from reports.ticket_facts import Dated, Scope
from reports.ticket_sides import TicketGrouping
from reports.ticket_tally import tally
from tickets.city import City

_LONGEST = 2_000
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('assessment'))")
_EXCLUDED = text("""
    INSERT INTO assessment_exclusion (month, ticket_id, unit, why)
    SELECT DISTINCT ON (t.id) CAST(:month AS date), t.id, m.lead, t.state
    FROM ticket_event AS e JOIN ticket AS t ON t.id = e.ticket_id
    JOIN matter AS m ON m.ticket_id = t.id
    WHERE e.at >= :begin AND e.at < :end AND e.to_state = t.state AND e.from_state <> e.to_state
      AND t.state IN ('UNREASONABLE', 'OUT', 'WITHDRAWN', 'MERGED', 'INVALID')
      AND m.dispatches > 0
""")
_CARDS = text("""
    SELECT unit, count(*) FILTER (WHERE kind = 'red') AS red,
           count(*) FILTER (WHERE kind IN ('letter', 'escalation')) AS letter,
           count(*) FILTER (WHERE kind = 'censure') AS censure
    FROM ticket_card WHERE issued_at >= :begin AND issued_at < :end AND state <> 'withdrawn'
    GROUP BY unit
""")


class IllegalAssessmentMove(HotlineError):
    """The month does not stand where this could be done."""

    slug = "illegal-assessment-move"

    def __init__(self, month: date, state: AssessmentState, act: AssessmentAct) -> None:
        allowed = ", ".join(a for s, a in MOVES if s is state) or "nothing"
        super().__init__(
            f"The assessment of {month:%Y-%m} is {state} and cannot '{act}'. Possible: {allowed}."
        )


class AssessmentRefused(HotlineError):
    """A rule of the assessment says no, in the sentence of the error."""

    slug = "assessment-refused"


async def freeze(
    session: AsyncSession,
    city: City,
    rules: AssessmentRules,
    month: date,
    by: str,
    now: datetime | None = None,
) -> int:
    """Compute the scores of a month and keep them; return how many units have one.

    Counted are tickets archived in the month, by lead unit. Raises IllegalAssessmentMove, and
    AssessmentRefused for a month that is not over.
    """
    now = now or utc_now()
    end = next_month(month)
    if midnight(end) > now:
        raise AssessmentRefused(f"{month:%Y-%m} is not over; it is assessed when it is.")
    await _act(session, AssessmentEvent(month=month, act=AssessmentAct.FREEZE, actor=by, at=now))
    found = await tally(
        session, city, month, end, [TicketGrouping.UNIT], Scope.ALL, dated=Dated.ARCHIVED
    )
    bounds = {"month": month, "begin": midnight(month), "end": midnight(end)}
    cards = {row.unit: Cards(*row[1:]) for row in await session.execute(_CARDS, bounds)}
    by_unit = found[TicketGrouping.UNIT]
    units = sorted({*by_unit, *cards} - {""})
    for unit in units:
        counts = by_unit.get(unit, TicketCounts())
        scored = score(rules, counts, cards.get(unit, Cards()))
        sample = counts.of("countable")
        session.add(
            Score(
                month=month,
                unit=unit,
                peers=peers_of(rules, city.units.by_code.get(unit), sample),
                sample=sample,
                score=scored.score,
                parts=scored.parts,
                counts={name: n for name, n in counts.selected.items() if n},
            )
        )
    await session.execute(_EXCLUDED, bounds)
    await session.flush()
    return len(units)


async def appeal(
    session: AsyncSession,
    city: City,
    rules: AssessmentRules,
    month: date,
    unit: str,
    by: str,
    reason: str,
    evidence: str,
    now: datetime | None = None,
) -> int:
    """Take a unit's appeal and return its id. Raises IllegalAssessmentMove, AssessmentRefused."""
    now = now or utc_now()
    found = await look(session, city, rules, month)
    if unit not in {standing.row.unit for standing in found.standings}:
        raise AssessmentRefused(f"{unit[:20]} has no score for {month:%Y-%m}.")
    if found.appeals_until is not None and now >= found.appeals_until:
        raise AssessmentRefused(f"Appeals against {month:%Y-%m} were taken for {rules.appeal}.")
    if not reason.strip() or not evidence.strip():
        raise AssessmentRefused("An appeal says why, and brings evidence.")
    event = AssessmentEvent(
        month=month, act=AssessmentAct.APPEAL, unit=unit, actor=by, at=now,
        reason=reason[:_LONGEST], evidence=evidence[:_LONGEST],
    )  # fmt: skip
    await _act(session, event)
    return event.id


async def decide(
    session: AsyncSession,
    month: date,
    appeal_id: int,
    by: str,
    decision: Decision,
    reason: str,
    points: float = 0.0,
    now: datetime | None = None,
) -> None:
    """Decide an appeal, once. Raises IllegalAssessmentMove, AssessmentRefused."""
    await session.execute(_ONE_AT_A_TIME)
    appealed = await session.get(AssessmentEvent, appeal_id)
    if appealed is None or appealed.act is not AssessmentAct.APPEAL or appealed.month != month:
        raise AssessmentRefused(f"There is no appeal {appeal_id} against {month:%Y-%m}.")
    if not reason.strip() or abs(points) > 100 or (decision is Decision.REFUSED and points):
        raise AssessmentRefused(
            "A decision says why; granted it may add up to 100 points, refused it adds none."
        )
    if await session.scalar(
        select(AssessmentEvent.id).where(AssessmentEvent.appeal_id == appeal_id)
    ):
        raise AssessmentRefused(f"Appeal {appeal_id} is decided already.")
    event = AssessmentEvent(
        month=month, act=AssessmentAct.DECIDE, unit=appealed.unit, actor=by, at=now or utc_now(),
        reason=reason[:_LONGEST], appeal_id=appeal_id, decision=decision, points=points,
    )  # fmt: skip
    await _act(session, event)


async def publish(
    session: AsyncSession,
    city: City,
    rules: AssessmentRules,
    month: date,
    by: str,
    now: datetime | None = None,
) -> None:
    """Publish a month. Raises IllegalAssessmentMove, and AssessmentRefused while appeals may come
    or wait."""
    now = now or utc_now()
    found = await look(session, city, rules, month)
    if found.undecided:
        waiting = ", ".join(str(event.id) for event in found.undecided)
        raise AssessmentRefused(f"Appeals wait for a decision: {waiting}.")
    if found.appeals_until is not None and now < found.appeals_until:
        raise AssessmentRefused(f"Units may appeal for {rules.appeal} from freezing.")
    await _act(session, AssessmentEvent(month=month, act=AssessmentAct.PUBLISH, actor=by, at=now))


async def _act(session: AsyncSession, event: AssessmentEvent) -> None:
    """Add an act to a month's record if the month stands where it may be done."""
    await session.execute(_ONE_AT_A_TIME)
    state = state_of(await events_of(session, event.month))
    if (state, event.act) not in MOVES:
        raise IllegalAssessmentMove(event.month, state, event.act)
    event.reason, event.evidence = event.reason or "", event.evidence or ""
    event.points = event.points or 0.0
    session.add(event)
    await session.flush()


def month_before(day: date) -> date:
    """Return the first day of the month before a day's."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)
