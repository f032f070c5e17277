"""What would it do? A draft and a staff against a past day, with the error of the same method.

The day is lived again twice: as it was (each call on the flow it ran on, with the agents who were
there), which shows how far this method is from what happened, and as asked.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean

from foresight.history import Source
from foresight.replay.past import PastCall, PastDay
from foresight.replay.patience import Patience
from foresight.replay.person import Casting
from foresight.replay.roster import Roster
from foresight.replay.run import Surroundings, live_day
from ivr.flow import Flow
from reports.counts import Counts
from reports.definitions import BY_ID, CallMeasure

# In this order: what callers get, how many of them, how long it takes.
MEASURES: tuple[CallMeasure, ...] = tuple(
    BY_ID[id_]
    for id_ in (
        "answer_rate_per_request",
        "answered_in_15s_over_offered",
        "answer_rate_gross",
        "answer_rate_net",
        "abandon_rate",
        "mean_wait_answered",
        "mean_wait_from_call",
        "longest_wait",
        "human_requests",
        "answered",
        "abandoned_total",
    )
)
FlowOf = Callable[[PastCall], Flow]


@dataclass(frozen=True, slots=True)
class Question:
    """A draft for all calls of a day. `agents` None are those who were there; `runs` repetitions
    with other chance; `after_call` an agent's seconds of work after a talk, None as measured that
    day."""

    draft: Flow
    agents: int | None = None
    runs: int = 3
    seed: int = 1
    after_call: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: as it happened, as this method would have foretold it, and as foretold for the
    draft, from the least to the most of its runs. None: nothing to divide by."""

    measure: CallMeasure
    happened: float | None
    relived: float | None
    predicted: float | None
    least: float | None
    most: float | None

    @property
    def error(self) -> float | None:
        """How much too high the method was for the day as it was."""
        if self.happened is None or self.relived is None:
            return None
        return self.relived - self.happened


@dataclass(frozen=True, slots=True)
class Answer:
    """Figures of a draft. `gave_up` of `waited` callers told about patience, which goes on beyond
    the longest wait with a mean of `patience` seconds."""

    day: date
    source: Source
    flow: str
    calls: int
    agents: int | None
    most_agents: int
    runs: int
    seed: int
    after_call: float
    gave_up: int
    waited: int
    patience: float
    rows: tuple[Row, ...]


async def answer(
    question: Question,
    past: PastDay,
    ran_on: FlowOf,
    around: Surroundings,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Answer:
    """Live the day again, as it was and as asked. `ran_on` gives the flow a call ran on;
    `progress` is told how many of how many days have been lived."""
    after_call = past.after_call if question.after_call is None else question.after_call
    roster = past.roster if question.agents is None else Roster.constant(question.agents)
    stages: tuple[tuple[FlowOf, Roster], ...] = (
        (ran_on, past.roster),
        (lambda _: question.draft, roster),
    )
    lived: list[list[Counts]] = [[], []]
    for done, (stage, run) in enumerate(_turns(question.runs)):
        progress(done, 2 * question.runs)
        casting = Casting(past.calls, after_call, question.seed + run)
        cast = [(call, casting.traits(call)) for call in past.calls]
        flow_of, staff = stages[stage]
        lived[stage].append((await live_day(past.day, cast, flow_of, staff, around)).counts)
    patience = Patience.of(past.calls)
    return Answer(
        day=past.day,
        source=past.source,
        flow=f"{question.draft.name}@{question.draft.version}",
        calls=len(past.calls),
        agents=question.agents,
        most_agents=roster.most,
        runs=question.runs,
        seed=question.seed,
        after_call=after_call,
        gave_up=patience.gave_up,
        waited=patience.waited,
        patience=patience.mean,
        rows=tuple(_row(measure, past.happened, *lived) for measure in MEASURES),
    )


def _turns(runs: int) -> Iterator[tuple[int, int]]:
    yield from ((stage, run) for run in range(runs) for stage in (0, 1))


def _row(
    measure: CallMeasure, happened: Counts, relived: Sequence[Counts], predicted: Sequence[Counts]
) -> Row:
    again = _values(measure, relived)
    told = _values(measure, predicted)
    return Row(
        measure=measure,
        happened=measure.value(happened),
        relived=fmean(again) if again else None,
        predicted=fmean(told) if told else None,
        least=min(told, default=None),
        most=max(told, default=None),
    )


def _values(measure: CallMeasure, days: Sequence[Counts]) -> list[float]:
    return [value for day in days if (value := measure.value(day)) is not None]


def as_dict(found: Answer) -> dict[str, object]:
    """Return an answer for programs: every figure with the definition it shares with reports."""
    return {
        "day": found.day.isoformat(),
        "source": found.source,
        "flow": found.flow,
        "calls": found.calls,
        "agents": found.agents,
        "most_agents": found.most_agents,
        "runs": found.runs,
        "seed": found.seed,
        "after_call": found.after_call,
        "patience": {
            "gave_up": found.gave_up,
            "waited": found.waited,
            "mean": found.patience,
        },
        "rows": [
            {
                "measure": row.measure.id,
                "version": row.measure.version,
                "name_zh": row.measure.name_zh,
                "name_en": row.measure.name_en,
                "formula": row.measure.formula,
                "unit": row.measure.unit,
                "happened": row.happened,
                "relived": row.relived,
                "error": row.error,
                "predicted": row.predicted,
                "least": row.least,
                "most": row.most,
            }
            for row in found.rows
        ],
    }
