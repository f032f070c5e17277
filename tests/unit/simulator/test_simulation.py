"""One simulated call: what is heard, when, and what the switch reports, on a clock of its own."""

from collections.abc import Sequence
from datetime import date, datetime

import pytest

from core.clock import SHANGHAI
from ivr.progress import Progress
from ivr.simulator import (
    Arrival,
    End,
    Event,
    HangUp,
    Happens,
    Kind,
    Moment,
    Press,
    SimulatedTicket,
    Situation,
    Story,
    simulate,
)
from ivr.simulator.simulation import GoesInCircles
from ivr.sounds import Sounds
from tests.unit.fake_channel import flow_of, shipped_flow

pytestmark = pytest.mark.unit

END = "  end: {verb: hangup}\n"
SOUNDS = Sounds({}, {"zh/busy": 10.0})


class Script:
    """Answers each moment of a situation with the next event of its list; silence otherwise."""

    def __init__(self, **events: Sequence[Event | None]) -> None:
        self._events = {Situation(name): list(each) for name, each in events.items()}
        self.moments: list[Moment] = []

    def next(self, moment: Moment) -> Event | None:
        self.moments.append(
            Moment(moment.situation, moment.what, moment.seconds, passed=moment.passed)
        )
        waiting = self._events.get(moment.situation)
        return waiting.pop(0) if waiting else None


def told(story: Story) -> list[tuple[float, str, str]]:
    return [(line.at, line.kind.name, line.what) for line in story.lines]


async def live(nodes: str, script: Script, arrival: Arrival | None = None) -> Story:
    return await simulate(flow_of(nodes), script, SOUNDS, arrival or Arrival())


async def test_prompts_and_pauses_take_their_time_on_the_clock() -> None:
    nodes = "  first: {verb: menu, prompt: busy, timeout: 5, keys: {1: end}, edges: {else: end}}\n"
    story = await live(nodes + END, Script())
    assert told(story) == [(0.0, "HEARS", "zh/busy"), (15.0, "HUNG_UP_ON", "")]
    assert story.journal.of("step")[0]["ms"] == 15_000
    assert story.end is End.SENT_AWAY


async def test_a_key_cuts_a_prompt_short_and_a_meaningless_one_does_not() -> None:
    nodes = "  first: {verb: play, prompt: busy, keys: {1: end}, next: end}\n" + END
    script = Script(prompt=[Press("7", 2), Press("1", 3)])
    story = await live(nodes, script)
    assert told(story)[1:3] == [(2.0, "PRESSES", "7"), (5.0, "PRESSES", "1")]
    assert [(moment.seconds, moment.passed) for moment in script.moments] == [(10, 0), (8, 2)]
    assert story.seconds == 5.0


async def test_digits_are_collected_as_asterisk_does() -> None:
    nodes = (
        "  first: {verb: collect, prompt: busy, variable: id, digits: 3, tries: 1,"
        " edges: {collected: end, else: more}}\n"
        "  more: {verb: play, prompt: busy, next: end}\n" + END
    )
    flow = flow_of(nodes, 'variables: {id: ""}\n')
    for keys, heard in [("123", 1), ("1", 1), ("#", 2), ("*", 2), ("", 2)]:
        story = await simulate(flow, Script(key=list(map(Press, keys))), SOUNDS, Arrival())
        assert len(story.heard) == heard, keys


async def test_a_queue_plays_its_greeting_and_ends_by_a_live_key_only() -> None:
    nodes = (
        "  first: {verb: queue, queue: GEN, greeting: busy, timeout: 60, keys: {1: end},"
        " edges: {else: end}}\n" + END
    )
    story = await live(nodes, Script(queue=[Press("5", 4), Press("1", 4)]))
    assert told(story)[:4] == [
        (0.0, "WAITS", "GEN"),
        (0.0, "HEARS", "zh/busy"),
        (4.0, "PRESSES", "5"),
        (8.0, "PRESSES", "1"),
    ]
    assert story.journal.steps[1] == ("first", "key-1")


@pytest.mark.parametrize(
    ("event", "outcome", "seconds"),
    [
        (None, "timeout", 60),
        (Happens("full"), "full", 0),
        (Happens("left-empty", 30), "left-empty", 30),
    ],
)
async def test_a_queue_ends_by_others_or_by_time(
    event: Event | None, outcome: str, seconds: float
) -> None:
    nodes = "  first: {verb: queue, queue: GEN, timeout: 60, edges: {else: end}}\n" + END
    story = await live(nodes, Script(queue=[event]))
    assert story.journal.steps[1] == ("first", outcome)
    assert story.seconds == seconds


async def test_a_talk_ends_by_either_side() -> None:
    nodes = "  first: {verb: queue, queue: GEN, edges: {else: end}}\n" + END
    answered = Happens("answered", 12)
    story = await live(nodes, Script(queue=[answered], talk=[HangUp(40)]))
    assert told(story)[1:] == [
        (12.0, "OUTCOME", "answered"),
        (12.0, "TALKS", "GEN"),
        (52.0, "HANGS_UP", ""),
    ]
    assert story.end is End.HUMAN
    story = await live(
        nodes, Script(queue=[answered], talk=[Press("5", 1), Happens("answered", 9)])
    )
    assert told(story)[-1] == (22.0, "HUNG_UP_ON", "")


@pytest.mark.parametrize(
    ("event", "outcome", "end"),
    [
        (Press("#", 2.9), "too-short", End.SENT_AWAY),
        (Press("#", 3), "recorded", End.MESSAGE),
        (HangUp(20), "recorded", End.MESSAGE),
        (HangUp(1), "too-short", End.HUNG_UP),
        (None, "recorded", End.MESSAGE),
    ],
)
async def test_three_seconds_are_a_message(event: Event | None, outcome: str, end: End) -> None:
    nodes = "  first: {verb: message, longest: 30, edges: {else: end}}\n" + END
    story = await live(nodes, Script(message=[event]))
    assert [line.what for line in story.lines if line.kind is Kind.OUTCOME] == [outcome]
    assert story.end is end


async def test_a_hangup_while_something_is_said_ends_the_call_there() -> None:
    nodes = "  first: {verb: play, prompt: busy, next: end}\n" + END
    story = await live(nodes, Script(prompt=[HangUp(4)]))
    assert told(story) == [(0.0, "HEARS", "zh/busy"), (4.0, "HANGS_UP", "")]
    assert story.journal.steps == [("first", "hung-up")]


async def test_the_clock_of_the_call_decides_about_hours() -> None:
    nodes = (
        "  first: {verb: play, prompt: busy, next: there}\n"
        "  there: {verb: hours, week: {tue: '09:00-10:00'}, edges: {open: end, closed: shut}}\n"
        "  shut: {verb: hangup, closed: true}\n" + END
    )
    for at, end in [((9, 59, 49), End.SENT_AWAY), ((9, 59, 51), End.CLOSED)]:
        arrival = Arrival(at=datetime(2026, 11, 24, *at, tzinfo=SHANGHAI))
        assert (await live(nodes, Script(), arrival)).end is end


async def test_a_ticket_is_read_out_to_its_own_phone() -> None:
    progress = Progress(date(2026, 8, 31), "0427", "progress-state-closed")
    arrival = Arrival(tickets={"204060": SimulatedTicket("13800000000", progress)})
    script = Script(queue=[Press("3", 1), HangUp(5)], key=[*map(Press, "204060")])
    story = await simulate(shipped_flow("direct"), script, SOUNDS, arrival)
    assert "zh/progress-state-closed" in story.heard
    assert story.journal.of("served") == [{"what": "progress"}]


async def test_a_flow_that_goes_in_circles_is_stopped_where_the_dialplan_stops_it() -> None:
    nodes = "  first: {verb: queue, queue: GEN, edges: {else: first}}\n"
    with pytest.raises(GoesInCircles):
        await live(nodes, Script(queue=[Happens("full")] * 100))
