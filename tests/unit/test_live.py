"""The live picture moves with the switch's events and never outgrows the switch's own word."""

from datetime import UTC, datetime, timedelta

import pytest

from queues.agent_states import AgentState, Declared, Observed
from queues.live_picture import Picture
from queues.live_store import draw
from queues.live_switch import SwitchView
from tests.unit.fake_ami import events

pytestmark = pytest.mark.unit

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)

QUEUES = """
Event: QueueParams
Queue: ENT
Calls: 0

Event: QueueParams
Queue: GEN
Calls: 2

Event: QueueMember
Queue: GEN
Name: 8013
Location: PJSIP/8013
Penalty: 0
CallsTaken: 3
Status: 3
Paused: 0
PausedReason:

Event: QueueEntry
Queue: GEN
Position: 1
Uniqueid: 1764000000.1
CallerIDNum: 13800000000
Wait: 47

Event: QueueEntry
Queue: GEN
Position: 2
Uniqueid: 1764000044.5
CallerIDNum: 13900000000
Wait: 3
"""

CHANNELS = """
Event: CoreShowChannel
Channel: PJSIP/8013-00000005
ChannelState: 6
Uniqueid: 1764000000.11
Duration: 00:01:05

Event: CoreShowChannel
Channel: PJSIP/trunk-00000001
ChannelState: 6
Uniqueid: 1764000000.1
Duration: 00:02:00
"""

DEVICES = """
Event: DeviceStateChange
Device: PJSIP/8013
State: BUSY

Event: DeviceStateChange
Device: PJSIP/8014
State: UNAVAILABLE

Event: DeviceStateChange
Device: Queue:GEN_pause_PJSIP/8013
State: NOT_INUSE
"""


def view(queues: str = QUEUES, devices: str = DEVICES, channels: str = CHANNELS) -> SwitchView:
    return SwitchView(events(queues), events(devices), events(channels))


@pytest.fixture
def picture() -> Picture:
    picture = Picture(["8013", "8014"])
    picture.replace(view(), NOON)
    return picture


def apply(picture: Picture, text: str, now: datetime = NOON) -> None:
    for event in events(text):
        picture.apply(event, now)


def agent(picture: Picture, number: str) -> AgentState:
    return next(agent for agent in picture.agents(NOON) if agent.number == number)


def waiting(picture: Picture, queue: str = "GEN") -> list[str]:
    return [c.call for q in picture.queues() if q.name == queue for c in q.callers]


def member(status: int, paused: int = 0, reason: str = "", kind: str = "Status") -> str:
    return f"""
    Event: QueueMember{kind}
    Queue: GEN
    MemberName: 8013
    Interface: PJSIP/8013
    Penalty: 0
    CallsTaken: 3
    Status: {status}
    Paused: {paused}
    PausedReason: {reason}
    """


def newstate(state: int) -> str:
    return f"""
    Event: Newstate
    Channel: PJSIP/8013-00000006
    ChannelState: {state}
    Uniqueid: 1764000100.1
    """


def test_a_look_shows_who_works_and_who_waits(picture: Picture) -> None:
    wang, li = picture.agents(NOON)
    assert (wang.declared, wang.observed) == (Declared.AVAILABLE, Observed.TALKING)
    assert wang.since == NOON - timedelta(seconds=65)
    assert (li.declared, li.observed, li.since) == (Declared.OFFLINE, Observed.UNREACHABLE, None)
    assert [queue.name for queue in picture.queues()] == ["ENT", "GEN"]
    assert picture.queues()[1].callers[0].joined == NOON - timedelta(seconds=47)


def test_a_busy_phone_that_only_rings_is_ringing() -> None:
    picture = Picture(["8013"])
    picture.replace(view(channels="", devices=""), NOON)
    apply(picture, member(1))
    apply(picture, newstate(5) + "\n\n" + member(3))
    assert agent(picture, "8013").observed is Observed.RINGING
    later = NOON + timedelta(seconds=4)
    apply(picture, newstate(6), later)
    assert agent(picture, "8013").observed is Observed.TALKING
    assert agent(picture, "8013").since == later
    apply(
        picture,
        "Event: Hangup\nChannel: PJSIP/8013-00000006\nUniqueid: 1764000100.1\n\n" + member(1),
        later,
    )
    assert agent(picture, "8013").observed is Observed.IDLE


def test_since_does_not_move_while_the_state_stays(picture: Picture) -> None:
    apply(picture, member(3) + "\n\n" + member(3), NOON + timedelta(seconds=30))
    picture.replace(view(), NOON + timedelta(seconds=60))
    assert agent(picture, "8013").since == NOON - timedelta(seconds=65)


def test_a_state_that_began_unseen_has_no_beginning(picture: Picture) -> None:
    idle = QUEUES.replace("Status: 3", "Status: 1")
    picture.replace(view(queues=idle, devices="", channels=""), NOON)
    assert agent(picture, "8013").observed is Observed.IDLE
    assert agent(picture, "8013").since is None


def test_a_break_is_declared_with_its_reason_while_the_phone_still_talks(
    picture: Picture,
) -> None:
    apply(picture, member(3, paused=1, reason="小休", kind="Pause"))
    wang = agent(picture, "8013")
    assert (wang.declared, wang.reason, wang.observed) == (
        Declared.BREAK, "小休", Observed.TALKING,
    )  # fmt: skip
    apply(picture, member(3, reason="小休", kind="Pause"))
    assert (agent(picture, "8013").declared, agent(picture, "8013").reason) == ("available", "")


def test_paused_in_one_queue_of_two_is_still_available(picture: Picture) -> None:
    apply(picture, member(1, kind="Added").replace("GEN", "ENT"))
    apply(picture, member(1, paused=1, kind="Pause"))
    assert agent(picture, "8013").declared is Declared.AVAILABLE


def test_signing_in_and_out_is_seen(picture: Picture) -> None:
    apply(picture, member(1, kind="Removed"))
    assert agent(picture, "8013").declared is Declared.OFFLINE
    apply(picture, member(1, kind="Added"))
    assert agent(picture, "8013").queues == {"GEN": 0}


def test_an_agent_nobody_configured_is_shown_while_signed_in(picture: Picture) -> None:
    apply(picture, member(1, kind="Added").replace("8013", "8099"))
    assert agent(picture, "8099").declared is Declared.AVAILABLE
    apply(picture, member(1, kind="Removed").replace("8013", "8099"))
    assert [a.number for a in picture.agents(NOON)] == ["8013", "8014"]


def test_callers_stand_where_the_switch_puts_them(picture: Picture) -> None:
    apply(
        picture,
        """
        Event: QueueCallerJoin
        Queue: GEN
        Uniqueid: 1764000050.9
        Position: 1

        Event: QueueCallerLeave
        Queue: GEN
        Uniqueid: 1764000000.1
        Position: 2
        """,
    )
    assert waiting(picture) == ["1764000050.9", "1764000044.5"]


def test_events_that_come_late_or_twice_do_no_harm(picture: Picture) -> None:
    join = "Event: QueueCallerJoin\nQueue: GEN\nUniqueid: 1764000044.5\nPosition: 2"
    leave = "Event: QueueCallerLeave\nQueue: GEN\nUniqueid: 1764000044.5\nPosition: 2"
    apply(picture, join + "\n\n" + join)
    assert waiting(picture) == ["1764000000.1", "1764000044.5"]
    apply(picture, leave + "\n\n" + leave)
    assert waiting(picture) == ["1764000000.1"]


def test_a_caller_who_timed_out_leaves_once_though_the_switch_says_abandoned(
    picture: Picture,
) -> None:
    said = "Event: QueueCaller{}\nQueue: GEN\nUniqueid: 1764000000.1\nPosition: 1"
    apply(picture, said.format("Abandon"))
    assert len(waiting(picture)) == 2
    apply(picture, said.format("Leave"))
    assert waiting(picture) == ["1764000044.5"]


def test_a_look_forgets_what_the_switch_forgot(picture: Picture) -> None:
    picture.replace(view(queues="Event: QueueParams\nQueue: GEN", channels=""), NOON)
    assert waiting(picture) == []
    assert [queue.name for queue in picture.queues()] == ["GEN"]
    assert agent(picture, "8013").declared is Declared.OFFLINE


def test_odd_events_change_nothing(picture: Picture) -> None:
    before = draw(picture, NOON)
    apply(
        picture,
        """
        Event: QueueMemberStatus
        Queue: GEN
        Interface: Local/8013@agents
        Status: 1

        Event: Newstate
        Channel: PJSIP/trunk-0000000a
        ChannelState: 5

        Event: Newstate

        Event: Hangup

        Event: QueueCallerLeave
        Queue: NEVER

        Event: DeviceStateChange
        Device: MixMonitor:PJSIP/8013
        State: INUSE
        """,
    )
    assert draw(picture, NOON) == before


def test_a_drawing_holds_no_callers_number(picture: Picture) -> None:
    drawing = draw(picture, NOON)
    assert drawing.queues["GEN"]["waiting"] == 2
    assert drawing.queues["GEN"]["callers"][1]["position"] == 2
    assert drawing.agents["8013"]["observed"] == "talking"
    assert "13800000000" not in str(drawing)
