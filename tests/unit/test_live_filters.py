"""What the live picture asks the switch to send: everything about agents, little else."""

import re

import pytest

from queues.live import FILTERS

pytestmark = pytest.mark.unit

NEWSTATE = "Event: Newstate\r\nPrivilege: call,all\r\nChannel: PJSIP/{}-0000001a\r\n"
DEVICE = "Event: DeviceStateChange\r\nPrivilege: call,all\r\nDevice: {}\r\nState: INUSE\r\n"
HANGUP = "Event: Hangup\r\nPrivilege: call,all\r\nChannel: PJSIP/{}-0000001a\r\n"


def is_sent(event: str) -> bool:
    """Whether the switch lets an event pass: its dot matches line breaks, too."""
    return any(re.search(regex, event, re.DOTALL) for regex in FILTERS)


@pytest.mark.parametrize(
    "event",
    [
        "Event: QueueMemberPause\r\nPrivilege: agent,all\r\nQueue: GEN\r\n",
        "Event: QueueCallerJoin\r\nPrivilege: agent,all\r\nChannel: PJSIP/trunk-1\r\n",
        "Event: AgentCalled\r\nPrivilege: agent,all\r\nChannel: PJSIP/trunk-1\r\n",
        "Event: FullyBooted\r\nPrivilege: system,all\r\n",
        "Event: Shutdown\r\nPrivilege: system,all\r\n",
        DEVICE.format("PJSIP/8013"),
        NEWSTATE.format("8013"),
        HANGUP.format("8013"),
    ],
)
def test_what_moves_the_picture_on_is_sent(event: str) -> None:
    assert is_sent(event)


@pytest.mark.parametrize(
    "event",
    [
        DEVICE.format("PJSIP/trunk"),
        DEVICE.format("Queue:GEN_avail"),
        NEWSTATE.format("trunk"),
        HANGUP.format("trunk"),
        HANGUP.format("8013").replace("Hangup", "HangupRequest"),
        "Event: Newchannel\r\nPrivilege: call,all\r\nChannel: PJSIP/8013-0000001a\r\n",
    ],
)
def test_what_it_would_not_show_is_not_sent(event: str) -> None:
    assert not is_sent(event)


def test_no_caller_can_hide_an_agents_event() -> None:
    assert is_sent(NEWSTATE.format("8013") + "CallerIDName: !Event: Channel: PJSIP/trunk\r\n")
