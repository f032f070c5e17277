"""A unit's score: parts by weight, what cannot be measured left out, cards taken off."""

from datetime import date
from pathlib import Path

import pytest

from core.errors import ConfigError
from core.settings import CHECKOUT
from oversight.auditing import assessed_month
from oversight.rules import load_assessment_rules
from oversight.scoring import Cards, peers_of, score
from oversight.words import Peers
from reports.ticket_counts import TicketCounts
from tickets.city import load_city

pytestmark = pytest.mark.unit

RULES = load_assessment_rules(CHECKOUT / "config")
CITY = load_city(CHECKOUT / "config")
ALL_WELL = TicketCounts(
    selected={
        "sign_decided": 20, "signed_in_time": 20, "contact_decided": 20, "contacted_in_time": 20,
        "handle_decided": 20, "handled_in_time": 20, "solved_known": 10, "solved": 10,
        "returned": 2, "returned_unfounded": 1,
    },
    sums={"answers": 10, "content_answers": 10},
)  # fmt: skip


def test_all_well_is_a_hundred_less_what_cards_and_returns_cost() -> None:
    assert score(RULES, ALL_WELL, Cards()).score == pytest.approx(99.8)
    assert score(RULES, ALL_WELL, Cards(red=2, letter=1)).score == pytest.approx(97.8)
    assert score(RULES, ALL_WELL, Cards(censure=50)).score == 0.0


def test_what_a_unit_has_no_tickets_for_is_left_out_and_the_rest_counts_in_full() -> None:
    half_late = TicketCounts(selected={"handle_decided": 20, "handled_in_time": 10})
    found = score(RULES, half_late, Cards())
    assert found.score == pytest.approx(50.0)
    assert found.parts["solved_rate"]["points"] is None
    assert score(RULES, TicketCounts(), Cards(red=1)).score is None


def test_units_are_compared_with_their_like() -> None:
    units = CITY.units.by_code
    assert peers_of(RULES, units["371502"], 5) is Peers.COUNTY
    assert peers_of(RULES, units["LC-GX"], 5) is Peers.ZONE
    assert peers_of(RULES, units["SWG"], 5_000) is Peers.UTILITY
    assert peers_of(RULES, units["ZJJ"], RULES.busy_from) is Peers.BUSY
    assert peers_of(RULES, units["ZJJ"], RULES.busy_from - 1) is Peers.QUIET
    assert peers_of(RULES, None, 1) is Peers.QUIET


def test_the_month_that_must_be_assessed_is_the_one_before_from_the_fourth_on() -> None:
    assert assessed_month(date(2026, 11, 4)) == date(2026, 10, 1)
    assert assessed_month(date(2026, 11, 3)) == date(2026, 9, 1)
    assert assessed_month(date(2026, 1, 2)) == date(2025, 11, 1)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"handling_on_time"', '"handled_well"', "no measure"),
        ("weight = 35", "weight = 0", "weight"),
        ("red = 0.5", "red = -1", "'red'"),
        ('appeal = "3 wd"', 'appeal = "soon"', "'appeal'"),
        ("ranks = true", "rank = true", "rank"),
    ],
)
def test_a_wrong_rule_is_refused_with_its_name(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    text = (CHECKOUT / "config" / "assessment.toml").read_text()
    assert old in text
    (tmp_path / "assessment.toml").write_text(text.replace(old, new))
    with pytest.raises(ConfigError, match=says):
        load_assessment_rules(tmp_path)
