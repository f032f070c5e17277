"""Follow-up without a database: half-days, the table of moves, what follows from three answers."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core.clock import SHANGHAI
from core.errors import ConfigError
from core.settings import CHECKOUT
from tickets.followup.rules import FollowUpRules, half_day_of, load_follow_up_rules
from tickets.followup.states import (
    LIVE,
    MOVES,
    FollowUpAct,
    FollowUpState,
    IllegalFollowUpMove,
    move,
)
from tickets.followup.verdict import Answers, Verdict, judge
from tickets.followup.words import Mark, Means, Referred, Solved

pytestmark = pytest.mark.unit


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture(scope="module")
def rules() -> FollowUpRules:
    return load_follow_up_rules(CHECKOUT / "config", ("ZX",))


@pytest.mark.parametrize(
    ("now", "then"),
    [
        (at(24, 9), at(24, 14)),
        (at(24, 12, 30), at(24, 14)),
        (at(24, 15), at(25, 8, 30)),
        (at(24, 23, 59), at(25, 8, 30)),
    ],
)
def test_the_next_attempt_is_in_the_next_half_day(
    rules: FollowUpRules, now: datetime, then: datetime
) -> None:
    assert rules.next_half_day(now) == then


def test_every_next_half_day_is_another_one_in_which_citizens_are_called(
    rules: FollowUpRules,
) -> None:
    for minutes in range(0, 48 * 60, 17):
        now = at(24, 0) + timedelta(minutes=minutes)
        then = rules.next_half_day(now)
        assert then > now
        assert rules.is_open(then)
        assert half_day_of(then) > half_day_of(now)


def test_what_the_table_does_not_name_is_refused() -> None:
    for state in FollowUpState:
        for act in FollowUpAct:
            if (state, act) not in MOVES:
                with pytest.raises(IllegalFollowUpMove):
                    move(state, act)
    ended = set(FollowUpState) - LIVE - {FollowUpState.NOT_DUE}
    assert not [one for one in MOVES if one[0] in ended], "something ended goes on"


@pytest.mark.parametrize(
    ("handling", "solved", "verdict", "why"),
    [
        (1, Solved.YES, Verdict.ARCHIVE, None),
        (3, Solved.PARTLY, Verdict.ARCHIVE, None),
        (3, Solved.NO, Verdict.REFER, Referred.CONTENT_UNSOLVED),
        (4, Solved.NO, Verdict.REDO, None),
        (5, Solved.PARTLY, Verdict.REDO, None),
        (4, Solved.YES, Verdict.ARCHIVE, None),
        (None, Solved.NO, Verdict.REFER, Referred.PARTLY_ANSWERED),
        (1, None, Verdict.REFER, Referred.PARTLY_ANSWERED),
    ],
)
def test_what_follows_from_the_answers(
    handling: int | None, solved: Solved | None, verdict: Verdict, why: Referred | None
) -> None:
    mark = None if handling is None else Mark(handling)
    # How we served them ourselves sends no unit to work again.
    for service in (None, *Mark):
        assert judge(Answers(service, mark, solved), Means.AUTOMATIC) == (verdict, why)


def test_a_person_may_archive_what_a_content_citizen_calls_unsolved() -> None:
    said = Answers(Mark.SATISFIED, Mark.SATISFIED, Solved.NO, "理解政策限制")
    assert judge(said, Means.PERSON) == (Verdict.ARCHIVE, None)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('hours = "08:30-12:00, 14:00-20:30"', 'hours = "closed"'),
        ('hours = "08:30-12:00, 14:00-20:30"', 'hours = "noon"'),
        ("automatic = []", 'automatic = "ZX"'),
        ("automatic = []", 'automatic = ["XX"]'),
        ("at_once = 4", "at_once = -1"),
        ('link_wait = "24 h"', 'link_wait = "soon"'),
        ("ring = 30", "rings = 30"),
        ("weights = [1.0,", "weights = [2.0,"),
        ("weights = [1.0,", "weights = ["),
        ('link = "http:', 'link = "javascript:'),
    ],
)
def test_a_wrong_rule_is_refused_with_its_line(tmp_path: Path, right: str, wrong: str) -> None:
    text = (CHECKOUT / "config/followup.toml").read_text()
    assert right in text
    (tmp_path / "followup.toml").write_text(text.replace(right, wrong))
    with pytest.raises(ConfigError, match=r"followup\.toml"):
        load_follow_up_rules(tmp_path, ("ZX",))
