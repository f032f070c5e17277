"""Whatever happens in whatever order, each ended arrival has one class and one set of facts."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queues.ledger.fold import fold
from queues.ledger.story import Restart
from queues.models import Stream
from tests.folding import RULES, folded, story_of
from tests.switch_lines import NOON, ACall
from tickets.outcomes import NO_HUMAN_ASKED, Outcome

pytestmark = pytest.mark.unit

STATUSES = [
    "TIMEOUT",
    "FULL",
    "JOINEMPTY",
    "LEAVEEMPTY",
    "CONTINUE",
    "UNKNOWN",
    "",
    "key-1",
    "key-x",
]

# Anything that can be written, in any order, sensible or not.
STEPS: dict[str, Callable[[ACall], ACall]] = {
    "menu": lambda call: call.in_menu(keys="1"),
    "queue": lambda call: call.queues(),
    "turned away": lambda call: call.turned_away("FULL"),
    "rings": lambda call: call.rings(),
    "rings out": lambda call: call.rings_out(),
    "connects": lambda call: call.connects(),
    "joined too late": lambda call: call.is_joined_too_late(),
    "loses agent": lambda call: call.loses_agent(),
    "agent leaves": lambda call: call.agent_hangs_up(),
    "partner": lambda call: call.dials_partner(),
    "partner joins": lambda call: call.joins("12348"),
    "partner done": lambda call: call.partner_done("NOANSWER"),
    "message": lambda call: call.speaks(5),
    "message of which only the menu knows": lambda call: call.journal(
        "step", node="m", verb="message", outcome="recorded", ms=0, keys=""
    ),
    "callback": lambda call: call.journal("callback", number="138"),
    "served": lambda call: call.journal("served", what="progress"),
    "closed": lambda call: call.journal("closed"),
    "rating": lambda call: call.journal("rating", score=4),
    "survival": lambda call: call.mark("HL-SURVIVAL", "SILENT"),
    "refused": lambda call: call.mark("HL-REFUSED", "999"),
    "abandon line": lambda call: call.queue_log("ABANDON", 1, 1, 9),
    "hangup": lambda call: call.hangs_up(),
    "ended": lambda call: call.is_hung_up(),
    "clock back": lambda call: call.wait(-500),
    "time": lambda call: call.wait(20),
    **{f"left {s}": partial(ACall.leaves_queue, status=s) for s in STATUSES},
}  # fmt: skip


@st.composite
def calls(draw: st.DrawFn) -> ACall:
    """An arrival with any steps after it."""
    call = ACall(number=draw(st.integers(1, 10**9)), began=NOON + draw(st.floats(0, 86400)))
    call.arrives()
    for step in draw(st.lists(st.sampled_from(sorted(STEPS)), max_size=25)):
        STEPS[step](call)
    return call


restarts = st.lists(st.floats(0, 90000), max_size=3).map(
    lambda offsets: sorted(Restart(NOON + offset, NOON + offset + 1) for offset in offsets)
)


@given(calls(), restarts)
def test_an_arrival_has_one_class_exactly_when_it_has_ended(
    call: ACall, lives: list[Restart]
) -> None:
    facts = folded(call, lives)
    assert (facts.outcome is None) == (facts.ended_at is None)
    assert facts.outcome is None or isinstance(facts.outcome, Outcome)


@given(st.lists(calls(), max_size=15))
def test_the_classes_sum_to_the_ended_arrivals(arrived: list[ACall]) -> None:
    counts = Counter(folded(call).outcome for call in arrived)
    running = counts.pop(None, 0)
    assert sum(counts[outcome] for outcome in Outcome) + running == len(arrived)


@given(calls(), restarts)
def test_the_order_in_which_the_files_are_read_does_not_matter(
    call: ACall, lives: list[Restart]
) -> None:
    late = NOON + 10**7
    told = {fold(story_of(call, order), RULES, lives, late) for order in permutations(Stream)}
    assert len(told) == 1


@given(calls())
def test_to_fold_twice_is_to_fold_once(call: ACall) -> None:
    story = story_of(call)
    assert fold(story, RULES) == fold(story, RULES) == folded(call)


@given(calls(), restarts)
def test_no_duration_is_negative_and_no_call_ends_before_it_begins(
    call: ACall, lives: list[Restart]
) -> None:
    facts = folded(call, lives)
    assert facts.ended_at is None or facts.ended_at >= facts.started_at
    durations = (
        facts.wait_seconds, facts.ring_seconds, facts.talk_seconds, facts.message_seconds
    )  # fmt: skip
    assert all(seconds is None or seconds >= 0 for seconds in durations)


@given(calls())
def test_who_asked_for_a_human_has_the_instant_of_it(call: ACall) -> None:
    facts = folded(call)
    unasked = {*NO_HUMAN_ASKED, Outcome.BLOCKED_TRUNK, Outcome.TECHNICAL_FAILURE}
    if facts.outcome and facts.outcome not in unasked:
        assert facts.human_requested_at is not None


@given(calls(), restarts)
def test_no_fold_contradicts_itself_as_reports_would_find(
    call: ACall, lives: list[Restart]
) -> None:
    facts = folded(call, lives)
    if facts.outcome in NO_HUMAN_ASKED:
        assert facts.human_requested_at is None
    if facts.outcome is not None:
        assert (facts.outcome is Outcome.ANSWERED) == (facts.answered_at is not None)


@given(calls())
def test_an_answered_call_names_who_answered_and_when(call: ACall) -> None:
    facts = folded(call)
    if facts.outcome is Outcome.ANSWERED:
        assert facts.answered_at is not None
        assert facts.talk_seconds is not None
        assert facts.queue is not None
