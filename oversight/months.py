"""The assessment of a month as it stands: frozen scores, what decisions added, bands and ranks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from oversight.models import AssessmentEvent, Exclusion, Score
from oversight.rules import AssessmentRules
from oversight.words import AssessmentAct, AssessmentState
from tickets.city import City

_S, _A = AssessmentState, AssessmentAct
MOVES: Mapping[tuple[AssessmentState, AssessmentAct], AssessmentState] = {
    (_S.OPEN, _A.FREEZE): _S.FROZEN,
    (_S.FROZEN, _A.APPEAL): _S.FROZEN,
    (_S.FROZEN, _A.DECIDE): _S.FROZEN,
    (_S.FROZEN, _A.PUBLISH): _S.PUBLISHED,
}


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


async def look(
    session: AsyncSession, city: City, rules: AssessmentRules, month: date
) -> Assessment:
    """Return a month as it stands."""
    events = await events_of(session, month)
    rows = (await session.scalars(select(Score).where(Score.month == month))).all()
    added: dict[str, float] = {}
    for event in events:
        if event.act is _A.DECIDE and event.unit is not None:
            added[event.unit] = added.get(event.unit, 0.0) + event.points
    frozen = next((event.at for event in events if event.act is _A.FREEZE), None)
    counted = select(func.count()).select_from(Exclusion).where(Exclusion.month == month)
    return Assessment(
        month=month,
        state=state_of(events),
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


async def events_of(session: AsyncSession, month: date) -> Sequence[AssessmentEvent]:
    """Return the acts of a month, oldest first."""
    query = select(AssessmentEvent).where(AssessmentEvent.month == month)
    return (await session.scalars(query.order_by(AssessmentEvent.id))).all()


def state_of(events: Sequence[AssessmentEvent]) -> AssessmentState:
    """Return where a month stands after these acts."""
    state = _S.OPEN
    for event in events:
        state = MOVES[state, event.act]
    return state
