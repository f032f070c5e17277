"""An estimate is the pace of service, held against what happened, and said only when right."""

from datetime import datetime, timedelta

import pytest

from core.clock import from_epoch
from queues.live_announcer import minutes_of, words
from queues.live_estimates import Estimates, QueueEstimates
from tests.unit.fake_ami import events

pytestmark = pytest.mark.unit

NOON = from_epoch(1_795_500_000)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def served(queue: QueueEstimates, count: int, every: float = 30.0, begin: float = 0.0) -> float:
    """A crowd of which somebody is served again and again; return the instant of the last."""
    for number in range(count + 1):
        queue.joined(f"{begin}-{number}", number + 1, at(begin))
    for number in range(count):
        queue.started(f"{begin}-{number}", at(begin + (number + 1) * every))
    return begin + count * every


def test_a_place_takes_as_long_as_places_took_lately() -> None:
    queue = QueueEstimates()
    assert queue.estimate(1, NOON) is None
    last = served(queue, 10, every=30)
    assert queue.estimate(1, at(last)) == pytest.approx(30)
    assert queue.estimate(4, at(last)) == pytest.approx(120)


def test_what_is_long_ago_says_nothing_of_now() -> None:
    queue = QueueEstimates()
    last = served(queue, 10)
    assert queue.estimate(1, at(last + 31 * 60)) is None


def test_the_time_in_which_nobody_waits_is_no_pace() -> None:
    queue = QueueEstimates()
    for number in range(6):
        queue.joined(str(number), 1, at(number * 300))
        queue.started(str(number), at(number * 300 + 4))
    assert queue.estimate(1, at(5 * 300 + 4)) == pytest.approx(4)


def test_every_estimate_is_compared_with_the_wait_that_came() -> None:
    queue = QueueEstimates()
    last = served(queue, 10, every=30)
    queue.joined("a", 2, at(last))  # 60 s are expected
    queue.started("b", at(last + 10))
    queue.started("a", at(last + 100))
    accuracy = queue.accuracy(at(last + 100))
    assert (accuracy.compared, accuracy.mean_error, accuracy.within_30s) == (1, 40.0, 0.0)


def test_who_gives_up_is_not_compared_and_a_caller_who_is_connected_late_is() -> None:
    queue = QueueEstimates()
    last = served(queue, 10)
    for call in ("gives up", "is served"):
        queue.joined(call, 1, at(last))
        queue.left(call, at(last + 28))
    queue.started("is served", at(last + 33))
    queue.left("another", at(last + 60))
    queue.started("gives up", at(last + 61))  # nobody said that it was still known
    assert queue.accuracy(at(last + 61)).compared == 1


def test_callers_are_told_only_after_enough_estimates_were_right() -> None:
    queue = QueueEstimates()
    last = served(queue, 5)
    assert queue.sayable(1, at(last)) is None  # nothing has been compared yet
    for number in range(25):
        last += 30
        queue.joined(f"x{number}", 1, at(last - 30))
        queue.started(f"x{number}", at(last))
    accuracy = queue.accuracy(at(last))
    assert accuracy.reliable
    assert queue.sayable(1, at(last)) == pytest.approx(queue.estimate(1, at(last)))
    # A wait beyond ten minutes is never said, however right it may be.
    assert queue.sayable(200, at(last)) is None


def test_a_queue_whose_pace_breaks_is_believed_no_more() -> None:
    queue = QueueEstimates()
    last = served(queue, 5)
    for number in range(40):
        every = 30 if number < 20 else 200
        last += every
        queue.joined(f"x{number}", 1, at(last - every))
        queue.started(f"x{number}", at(last))
    assert not queue.accuracy(at(last)).reliable
    assert queue.sayable(1, at(last)) is None


def test_what_was_spoken_is_compared_as_well() -> None:
    queue = QueueEstimates()
    queue.joined("a", 1, at(0))
    queue.said("a", 60, at(20))
    queue.started("a", at(70))
    assert queue.accuracy(at(70)).mean_error == 10.0


def test_an_earlier_life_is_remembered_and_rubbish_is_left_out() -> None:
    queue = Estimates()
    last = served(queue.of("GEN"), 12)
    queue.of("GEN").joined("a", 1, at(last))
    queue.of("GEN").started("a", at(last + 20))
    told = queue.remembered()
    later = Estimates()
    later.remember(told | {"ENT": [["x"], [1e30, 1, 2, False], []]})
    assert later.of("GEN").accuracy(at(last + 20)) == queue.of("GEN").accuracy(at(last + 20))
    assert later.of("ENT").accuracy(at(last)).compared == 0


def test_the_switchs_events_are_understood_and_the_hidden_queue_is_not() -> None:
    estimates = Estimates()
    for queue in ("GEN", "SAME"):
        for number in range(6):
            text = (
                f"Event: QueueCallerJoin\nQueue: {queue}\nUniqueid: {number}\nPosition: 1\n\n"
                f"Event: AgentConnect\nQueue: {queue}\nUniqueid: {number}\nHoldTime: 3"
            )
            join, connect = events(text)
            estimates.take(join, at(number * 100))
            estimates.take(connect, at(number * 100 + 5))
    assert estimates.of("GEN").as_plain(0, at(510))["seconds"] == 5.0
    assert estimates.of("SAME").as_plain(0, at(510))["seconds"] is None


def test_the_switchs_word_ends_waits_whose_end_nobody_saw() -> None:
    queue = QueueEstimates()
    queue.joined("a", 1, at(0))
    queue.remains([], at(500))
    queue.joined("b", 1, at(600))
    queue.started("b", at(605))
    for number in range(4):
        queue.joined(str(number), 1, at(700 + number * 10))
        queue.started(str(number), at(705 + number * 10))
    assert queue.estimate(1, at(740)) == pytest.approx(5)


def test_a_look_between_leaving_the_queue_and_the_first_word_costs_no_pace() -> None:
    queue = QueueEstimates()
    for number in range(5):
        queue.joined(str(number), 1, at(number * 100))
        queue.left(str(number), at(number * 100 + 3))
        queue.remains([], at(number * 100 + 4))
        queue.started(str(number), at(number * 100 + 6))
    assert queue.estimate(1, at(500)) == pytest.approx(6)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (20.0, ["queue-one-minute"]),
        (130.0, ["queue-two-minutes"]),
        (200.0, ["digits/3", "queue-minutes"]),
    ],
)
def test_a_wait_is_said_in_whole_minutes_beside_the_place(seconds: float, said: list[str]) -> None:
    told = words(3, minutes_of(seconds))
    assert told[3:] == ["queue-wait", *said, "queue-thankyou"]
    assert words(3, minutes_of(None))[3:] == ["queue-thankyou"]
