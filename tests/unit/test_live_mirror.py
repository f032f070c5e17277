"""What a reader of the live picture knows: changes merged, taken in, summed up, compared."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queues.live_mirror import Mirror, merge
from queues.live_summary import state_of, summary
from reports.live_check import History, compare

pytestmark = pytest.mark.unit

_NAMES = st.sampled_from(["8013", "8014", "8015"])
_VALUES = st.dictionaries(_NAMES, st.fixed_dictionaries({"n": st.integers(0, 3)}))


@st.composite
def changes(draw: st.DrawFn) -> dict[str, Any]:
    agents = draw(_VALUES)
    gone = draw(st.lists(_NAMES, unique=True))
    return {"agents": agents, "gone": {"agents": [n for n in gone if n not in agents]}}


@given(st.lists(changes(), min_size=1, max_size=6))
def test_merged_changes_do_what_they_did_one_after_the_other(told: list[dict[str, Any]]) -> None:
    by_one, at_once = Mirror(), Mirror()
    merged: dict[str, Any] = {}
    for change in told:
        by_one.apply(change)
        merged = merge(merged, change)
    at_once.apply(merged)
    assert by_one.agents == at_once.agents


@given(_VALUES, _VALUES)
def test_a_difference_makes_one_picture_the_other(old: dict[str, Any], new: dict[str, Any]) -> None:
    one, other = Mirror(agents=old), Mirror(agents=new, as_of="2026-11-24T08:00:00+00:00")
    one.apply(one.changed_to(other))
    assert one == other


def agent(declared: str, observed: str) -> dict[str, Any]:
    return {"declared": declared, "observed": observed}


@pytest.mark.parametrize(
    ("declared", "observed", "word"),
    [
        ("available", "idle", "available"),
        ("break", "idle", "break"),
        ("break", "talking", "talking"),
        ("offline", "idle", "offline"),
        ("offline", "unreachable", "offline"),
        ("available", "unreachable", "unreachable"),
        ("available", "wrap-up", "wrap-up"),
        ("available", "unknown", "available"),
    ],
)
def test_an_agent_is_in_one_state(declared: str, observed: str, word: str) -> None:
    assert state_of(agent(declared, observed)) == word


def queue(*callers: tuple[str, str]) -> dict[str, Any]:
    told = [{"call": call, "joined": joined} for call, joined in callers]
    return {"waiting": len(told), "callers": told}


def test_who_waits_longest_may_wait_in_any_queue_and_any_place() -> None:
    early, late = "2026-11-24T08:00:00+00:00", "2026-11-24T08:01:00+00:00"
    now = summary(
        Mirror(queues={"EN": queue(("a", late)), "GEN": queue(("b", late), ("c", early))})
    )
    assert (now["waiting"], now["longest_since"]) == (3, early)
    assert now["queues"]["EN"] == {"waiting": 1, "longest_since": late}
    assert summary(Mirror())["longest_since"] is None


def wall(answered: int, *waiting: str) -> Mirror:
    today = {
        "arrivals": 10, "human_requests": 9, "answered": answered, "abandoned_total": 1,
        "abandoned_short": 0,
    }  # fmt: skip
    return Mirror(figures={"today": today}, queues={"GEN": queue(*((w, "") for w in waiting))})


def history(answered: int, *going_on: str) -> History:
    return History(wall(answered).figures["today"], frozenset(going_on))


def test_what_moved_while_it_was_compared_is_no_difference() -> None:
    assert compare(wall(5, "a", "b"), history(6, "b"), wall(7, "b")) == []


def test_a_count_outside_of_both_readings_is_a_difference() -> None:
    (found,) = compare(wall(5), history(8), wall(7))
    assert str(found) == "answered today: 7 on the wall, 8 in the ledger"


def test_a_wall_without_figures_differs_from_any_history() -> None:
    assert len(compare(Mirror(), history(0), Mirror())) == 5


def test_a_caller_shown_as_waiting_whom_the_ledger_does_not_know_is_a_difference() -> None:
    (found,) = compare(wall(5, "ghost", "b"), history(5, "b"), wall(5, "ghost", "b"))
    assert "ghost" in str(found)
