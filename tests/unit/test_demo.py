"""A demonstration is dealt exactly, and its tickets go only where tickets may."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from core.settings import CHECKOUT
from demo.dealing import dealt, stride
from demo.published import PERIODS, SECOND_QUARTER, VISITS, like, shared_out
from demo.rhythm import hours
from demo.stories import STORIES, Way
from tickets.acts import Actor
from tickets.city import load_city
from tickets.states import MOVES, TABLE

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("way", Way)
def test_every_story_is_a_chain_of_legal_moves(way: Way) -> None:
    steps = STORIES[way]
    for before, step in zip((None, *(s.to for s in steps)), steps, strict=False):
        assert step.source is before
        if step.act:
            move = MOVES[step.act]
            assert step.source in move.sources
            assert move.to is step.to
        else:
            assert any(
                step.source in row.sources and row.to is step.to and Actor.LEDGER in row.actors
                for row in TABLE
            )


def test_the_periods_are_those_that_were_published() -> None:
    half_years = sum(p.calls for p in PERIODS[2:]), sum(p.calls for p in PERIODS[:2])
    assert half_years == (632_919, 445_561)
    assert sum(p.unanswered for p in PERIODS[2:]) == 2_279
    assert SECOND_QUARTER.tickets == 388_275
    assert SECOND_QUARTER.online == 219_546
    assert VISITS.tickets == 9_989


@pytest.mark.parametrize("total", [1, 24, 4_321, 371_696])
def test_hours_have_as_many_calls_as_the_period(total: int) -> None:
    found = hours(date(2020, 4, 1), date(2020, 7, 1), total)
    assert sum(hour.number for hour in found) == total
    assert [hour.first for hour in found] == [
        sum(hour.number for hour in found[:at]) for at in range(len(found))
    ]


def test_shares_sum_to_the_whole() -> None:
    assert sum(shared_out([1.0, 2.5, 0.1, 7.0], 10_007)) == 10_007


@pytest.mark.parametrize("among", [1, 2, 97, 4_200, 168_729])
def test_a_walk_meets_everybody_once(among: int) -> None:
    step = stride(0.618, among)
    assert len({at * step % among for at in range(among)}) == among


def test_every_category_gets_its_tickets_and_an_existing_unit() -> None:
    city = load_city(CHECKOUT / "config")
    hand = dealt(SECOND_QUARTER, city)
    leads = Counter(hand["leads"])
    assert len(hand["topics"]) == len(set(hand["topics"])) > 70
    assert leads.keys() <= {*city.units.by_code, "area"}
    assert hand["topic_starts"] == sorted(hand["topic_starts"])


def test_a_smaller_city_has_the_same_shares() -> None:
    small = like(
        SECOND_QUARTER, date(2020, 4, 1), date(2020, 7, 1), calls=4_000, unanswered=17, others=200
    )
    assert small.dispatched / small.tickets == pytest.approx(0.4346, abs=0.001)
    with pytest.raises(ValueError, match="do not sum"):
        replace(small, calls=small.calls + 1)
