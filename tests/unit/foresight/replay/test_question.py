"""A replay against a day of which the truth is known: it must find out what nobody told it."""

import asyncio
from dataclasses import replace
from functools import cache

import pytest

from core.errors import ConfigError
from foresight.history import Source
from foresight.replay.invented import invent_day
from foresight.replay.past import KeyPress, PastDay
from foresight.replay.person import Casting
from foresight.replay.question import Answer, Question, as_dict
from foresight.replay.reading import keys_of
from foresight.replay.roster import Roster
from foresight.replay.run import live_day
from foresight.replay.staff import presence
from ivr.written import Written
from queues.journal import JournalEvent
from tests.unit.foresight.replay.stage import DAY, QUEUE_ONLY, a_call, shipped, stage
from tickets.outcomes import Outcome

pytestmark = pytest.mark.unit


@cache
def day(seed: int = 1) -> PastDay:
    """A day of about 1,200 calls."""
    return asyncio.run(invent_day(DAY, shipped("direct"), stage().around, seed, calls=1_100))


def asked(question: Question, past: PastDay | None = None) -> Answer:
    return asyncio.run(stage().ask(question, past or day()))


def figure(found: Answer, measure: str) -> float:
    (value,) = (row.predicted for row in found.rows if row.measure.id == measure)
    assert value is not None
    return value


def test_an_invented_day_is_the_same_again_and_adds_up() -> None:
    one = day()
    other = asyncio.run(invent_day(DAY, shipped("direct"), stage().around, 1, calls=1_100))
    assert one.calls == other.calls
    assert one.source is Source.SYNTHETIC
    assert one.happened.unexplained == 0
    assert one.happened.arrivals == len(one.calls)
    assert any(call.uid.endswith(".again") for call in one.calls)


def test_of_who_was_answered_a_day_tells_no_patience_and_no_key_left_unpressed() -> None:
    for call in day().calls:
        if call.outcome is Outcome.ANSWERED:
            assert call.waited is not None
            assert sum(key.after for key in call.keys) <= call.lasted


def test_the_day_as_it_was_is_foretold_within_a_point() -> None:
    found = asked(Question(shipped("direct")))
    errors = {row.measure.id: row.error for row in found.rows}
    for measure in ("answer_rate_gross", "answered_in_15s_over_offered"):
        error = errors[measure]
        assert error is not None
        assert abs(error) < 0.015
    # Without another flow or staff, the prediction is the back-test.
    assert all(row.predicted == row.relived for row in found.rows)


def test_half_the_staff_is_foretold_from_what_the_ledger_saw_alone() -> None:
    past, agents = day(2), 7
    found = asked(Question(shipped("direct"), agents, runs=2), past)
    truth = truth_with(agents, seed=2)
    told = figure(found, "answer_rate_gross")
    assert told == pytest.approx(truth, abs=0.03)
    assert told < 0.9


def truth_with(agents: int, seed: int) -> float:
    """The same people as they really are, with other staff from the start."""
    around, roster = stage().around, Roster.constant(agents)
    inventing = invent_day(DAY, shipped("direct"), around, seed, calls=1_100, roster=roster)
    happened = asyncio.run(inventing).happened
    return happened.of(Outcome.ANSWERED) / happened.human_requests


def test_more_agents_are_foretold_to_answer_more() -> None:
    rates = [
        figure(asked(Question(shipped("direct"), agents, runs=1)), "answer_rate_gross")
        for agents in (4, 8, 12, 30)
    ]
    assert rates == sorted(rates)
    assert rates[-1] > 0.97


def test_another_flow_is_foretold_with_its_own_prompts() -> None:
    direct, menu = (
        figure(asked(Question(shipped(name), 20, runs=1)), "mean_wait_from_call")
        for name in ("direct", "menu")
    )
    assert menu > direct + 10


def test_the_same_seed_foretells_the_same() -> None:
    one, other = (asked(Question(shipped("direct"), 8, runs=1, seed=5)) for _ in range(2))
    assert as_dict(one) == as_dict(other)


def test_what_is_foretold_bears_the_ids_of_the_reports() -> None:
    told = as_dict(asked(Question(shipped("direct"), 8, runs=1)))
    rows = told["rows"]
    assert isinstance(rows, list)
    assert rows[0]["measure"] == "answer_rate_per_request"
    assert rows[1]["measure"] == "answered_in_15s_over_offered"
    assert all(row["formula"] for row in rows)


def test_a_draft_is_judged_before_it_is_replayed() -> None:
    wrong = Written("plain", stage().settings.config_dir / "plain.yaml", QUEUE_ONLY + "  x: {}\n")
    with pytest.raises(ConfigError, match="plain"):
        stage().draft(wrong)


def test_a_call_whose_version_is_lost_runs_on_the_published_flow() -> None:
    lost = a_call(flow="gone@00000000")
    assert stage().ran_on(lost).name == "direct"
    assert stage().ran_on(a_call()).name == "direct"


def test_a_caller_keeps_their_talk_and_gets_one_when_they_had_none() -> None:
    answered = a_call(1.0, talk=77.0, ring=3.0, waited=9.0)
    lost = a_call(2.0, outcome=Outcome.ABANDONED, waited=31.0)
    casting = Casting([answered, lost], after_call=60.0, seed=1)
    assert casting.traits(answered).talk == 77.0
    assert casting.traits(answered).patience >= 9.0
    assert casting.traits(lost).talk == 77.0
    assert casting.traits(lost).patience == 31.0


def step(at: float, outcome: str, keys: str = "", ms: int = 0) -> JournalEvent:
    return JournalEvent(at, "1.1", "step", {"outcome": outcome, "keys": keys, "ms": ms})


def test_keys_come_with_the_time_of_listening_before_them() -> None:
    told = [
        step(100.0, "key-2", "2", ms=4_500),
        step(101.0, "handed-over"),
        step(108.0, "key-0", "0"),
        step(108.1, "handed-over"),
        step(120.0, "timeout"),
        step(130.0, "collected", "4278", ms=2_000),
    ]
    assert list(keys_of(told)) == [
        KeyPress("2", 4.5),
        KeyPress("0", 7.0),
        *(KeyPress(digit, 0.5) for digit in "4278"),
    ]


def test_an_agent_is_away_where_nothing_was_answered_for_an_hour() -> None:
    assert list(presence([(0.0, 100.0), (1_000.0, 1_100.0), (9_000.0, 9_100.0)])) == [
        (0.0, 1_100.0),
        (9_000.0, 9_100.0),
    ]


def test_a_day_without_agents_loses_everybody_and_still_ends() -> None:
    past = replace(day(), roster=Roster.constant(0))
    cast = [(call, Casting(past.calls, 90.0, 1).traits(call)) for call in past.calls[:200]]
    relived = asyncio.run(
        live_day(DAY, cast, lambda _: shipped("direct"), past.roster, stage().around)
    )
    assert relived.counts.of(Outcome.ANSWERED) == 0
    assert relived.counts.unexplained == 0
