"""月度考核: a month is frozen, units may appeal, a panel decides, the result is published.

Every act is a row that is never changed. What was frozen stays as it was; decisions are added to it
when the result is shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import midnight, utc_now
from core.errors import HotlineError
from oversight.auditing import next_month
from oversight.models import AssessmentEvent, Exclusion, Score
from oversight.rules import AssessmentRules
from oversight.scoring import Cards, peers_of, score
from oversight.words import AssessmentAct, AssessmentState, Decision
from reports.ticket_counts import TicketCounts
from reports.ticket_tally import Dated, Scope, TicketGrouping, tally
from tickets.city import City

_LONGEST = 2_000
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('assessment'))")
_S, _A = AssessmentState, AssessmentAct
MOVES: Mapping[tuple[AssessmentState, AssessmentAct], AssessmentState] = {
    (_S.OPEN, _A.FREEZE): _S.FROZEN,
    (_S.FROZEN, _A.APPEAL): _S.FROZEN,
    (_S.FROZEN, _A.DECIDE): _S.FROZEN,
    (_S.FROZEN, _A.PUBLISH): _S.PUBLISHED,
}
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


@dataclass(frozen=True, slots=True)
class Standing:
    """A unit's month as it stands: `final` with what decisions added, `rank` among its peers.

    `rank` is None below the smallest sample and where ranks are switched off.
    """

    row: Score
    final: float | None
    band: str | None
    rank: int | None


@dataclass(frozen=True, slots=True)
class Assessment:
    """A month: its state, its units best first within their peers, its acts, what was left out."""

    month: date
    state: AssessmentState
    appeals_until: datetime | None
    standings: list[Standing]
    events: Sequence[AssessmentEvent]
    excluded: int

    @property
    def undecided(self) -> list[AssessmentEvent]:
        """Appeals that wait for the panel."""
        decided = {event.appeal_id for event in self.events}
        return [e for e in self.events if e.act is _A.APPEAL and e.id not in decided]


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
    await _act(session, AssessmentEvent(month=month, act=_A.FREEZE, actor=by, at=now))
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
        month=month, act=_A.APPEAL, unit=unit, actor=by, at=now,
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
    if appealed is None or appealed.act is not _A.APPEAL or appealed.month != month:
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
        month=month, act=_A.DECIDE, unit=appealed.unit, actor=by, at=now or utc_now(),
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
    await _act(session, AssessmentEvent(month=month, act=_A.PUBLISH, actor=by, at=now))


async def look(
    session: AsyncSession, city: City, rules: AssessmentRules, month: date
) -> Assessment:
    """Return a month as it stands."""
    events = await _events(session, month)
    rows = (await session.scalars(select(Score).where(Score.month == month))).all()
    added: dict[str, float] = {}
    for event in events:
        if event.act is _A.DECIDE and event.unit is not None:
            added[event.unit] = added.get(event.unit, 0.0) + event.points
    frozen = next((event.at for event in events if event.act is _A.FREEZE), None)
    counted = select(func.count()).select_from(Exclusion).where(Exclusion.month == month)
    return Assessment(
        month=month,
        state=_state(events),
        appeals_until=city.time.deadline(frozen, rules.appeal).at if frozen else None,
        standings=_standings(rules, rows, added),
        events=events,
        excluded=await session.scalar(counted) or 0,
    )


def _standings(
    rules: AssessmentRules, rows: Sequence[Score], added: Mapping[str, float]
) -> list[Standing]:
    finals = {
        row.unit: None if row.score is None else min(100.0, max(0.0, row.score + points))
        for row in rows
        for points in (added.get(row.unit, 0.0),)
    }
    ranked = [r for r in rows if r.sample >= rules.smallest_sample and finals[r.unit] is not None]
    standings = []
    for row in sorted(rows, key=lambda row: (row.peers, -(finals[row.unit] or 0.0), row.unit)):
        mine = finals[row.unit]
        rank = None
        if rules.ranks and mine is not None and row in ranked:
            rank = 1 + sum(
                1 for one in ranked if one.peers == row.peers and (finals[one.unit] or 0.0) > mine
            )
        band = rules.band_of(mine) if mine is not None else None
        standings.append(Standing(row, mine, band, rank))
    return standings


async def _act(session: AsyncSession, event: AssessmentEvent) -> None:
    """Add an act to a month's record if the month stands where it may be done."""
    await session.execute(_ONE_AT_A_TIME)
    state = _state(await _events(session, event.month))
    if (state, event.act) not in MOVES:
        raise IllegalAssessmentMove(event.month, state, event.act)
    event.reason, event.evidence = event.reason or "", event.evidence or ""
    event.points = event.points or 0.0
    session.add(event)
    await session.flush()


async def _events(session: AsyncSession, month: date) -> Sequence[AssessmentEvent]:
    query = select(AssessmentEvent).where(AssessmentEvent.month == month)
    return (await session.scalars(query.order_by(AssessmentEvent.id))).all()


def _state(events: Sequence[AssessmentEvent]) -> AssessmentState:
    state = _S.OPEN
    for event in events:
        state = MOVES[state, event.act]
    return state


def month_before(day: date) -> date:
    """Return the first day of the month before a day's."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)
