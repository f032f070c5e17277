"""Calls of ours without a switch: what the lines tell, what the menu asks, what keys come to."""

from collections.abc import Sequence
from itertools import permutations
from typing import Any, cast

import pytest

from agi_scripts.follow_up import Interview
from core.clock import from_epoch
from queues.journal import JournalEvent, JournalKind
from queues.outbound.models import OutboundCall
from queues.outbound.settling import report_of
from queues.outbound.story import ASKED, Line, tell
from queues.outbound.words import CallEnding, Way, is_ours, new_uid
from telephony.agi import Digits
from telephony.cel import CelKind, ChannelEvent, Marker
from telephony.text import call_uid
from tickets.followup.words import Ending

pytestmark = pytest.mark.unit

UID = "out-1795541773.840420996"


def marker(at: float, kind: str, extra: str = "") -> ChannelEvent:
    raw = f'{{"extra":"{extra}"}}'
    return ChannelEvent(at, kind, UID, UID, "", "", "", "", "", "", "", "", raw)


def pressed(at: float, question: str, key: str = "") -> JournalEvent:
    fields = {"question": question, "key": key}
    return JournalEvent(at, UID, JournalKind.OUTBOUND_ANSWER, fields)


RINGS, REACHED = marker(1, Marker.OUT_RINGS), marker(2, Marker.OUT_REACHED)
END = marker(9, CelKind.LINKEDID_END)


def test_a_uid_of_ours_is_a_uid_of_the_switch() -> None:
    for _ in range(100):
        uid = new_uid(from_epoch(1795541773))
        assert is_ours(uid)
        assert call_uid(uid) == uid
        assert not uid.endswith(".0"), "it would look like the first channel of a switch's life"
    assert not is_ours("cb-1795541773.1001")


@pytest.mark.parametrize(
    ("lines", "ending"),
    [
        ([RINGS, REACHED], None),
        ([RINGS, REACHED, END], CallEnding.REACHED),
        ([RINGS, marker(3, Marker.OUT_DIALLED, "BUSY"), END], CallEnding.BUSY),
        ([RINGS, marker(3, Marker.OUT_DIALLED, "NOANSWER"), END], CallEnding.NO_ANSWER),
        ([RINGS, marker(3, Marker.OUT_DIALLED, "CONGESTION"), END], CallEnding.FAILED),
        ([RINGS, marker(3, Marker.OUT_DIALLED, "ANSWER"), END], CallEnding.HUNG_UP),
        ([RINGS, END], CallEnding.CANCELLED),
        ([marker(1, Marker.OUT_DIALLED, "FULL"), END], CallEnding.FAILED),
        ([END], CallEnding.NOT_STARTED),
    ],
)
def test_how_a_call_ended_in_whatever_order_the_lines_come(
    lines: list[Line], ending: CallEnding | None
) -> None:
    for order in permutations(lines):
        assert tell(order).ending is ending


def test_only_keys_that_answer_are_answers() -> None:
    lines = [pressed(3, ASKED), pressed(4, "solved", "9"), pressed(5, "handling", "4")]
    lines += [pressed(6, "mother", "1"), pressed(7, "service", "'; DROP")]
    assert tell([RINGS, REACHED, *lines]).answers == {ASKED: "yes", "handling": "4"}


@pytest.mark.parametrize(
    ("keys", "ending"),
    [
        (
            {ASKED: "yes", "identity": "1", "solved": "1", "handling": "2", "service": "1"},
            "answered",
        ),
        ({ASKED: "yes", "identity": "1", "solved": "3"}, "partly-answered"),
        ({ASKED: "yes", "identity": "1"}, "hung-up"),
        ({ASKED: "yes"}, "hung-up"),
        ({ASKED: "yes", "identity": "2"}, "wrong-number"),
        ({}, "failed"),
    ],
)
def test_what_the_keys_of_a_reached_citizen_come_to(keys: dict[str, str], ending: str) -> None:
    call = OutboundCall(uid=UID, way=Way.AUTOMATIC, ending=CallEnding.REACHED, answers=keys)
    assert report_of(call).ending == Ending(ending)


def test_a_bad_mark_by_key_points_to_the_recording_for_its_reason() -> None:
    keys = {ASKED: "yes", "identity": "1", "solved": "3", "handling": "5", "service": "1"}
    call = OutboundCall(uid=UID, way=Way.AUTOMATIC, ending=CallEnding.REACHED, answers=keys)
    assert "recording" in report_of(call).said.reason


class Caller:
    """A citizen who presses these keys, one at each question; the desk's parts beside them."""

    def __init__(self, keys: str) -> None:
        self.keys = list(keys)
        self.heard: list[str] = []
        self.noted: list[tuple[str, str]] = []
        self.done = False

    async def collect(self, paths: Sequence[str], *_: object) -> Digits:
        self.heard += paths
        key = self.keys.pop(0) if self.keys else "-"
        return Digits("" if key == "-" else key, key == "-")

    async def play(self, paths: Sequence[str]) -> str:
        self.heard += paths
        return ""

    async def set_next(self, variables: dict[str, str]) -> None:
        self.done = variables == {"HOTLINE_DONE": "1"}

    @property
    def equipment(self) -> "Caller":
        return self

    prompts = journal = equipment

    def path(self, prompt: str, _: str) -> str:
        return prompt

    def write(self, uid: str, kind: str, question: str, key: str) -> None:
        assert (uid, kind) == (UID, JournalKind.OUTBOUND_ANSWER)
        self.noted.append((question, key))

    def flush(self) -> None:
        pass


async def interviewed(keys: str) -> Caller:
    caller = Caller(keys)
    await Interview(cast("Any", caller), UID, cast("Any", caller)).run("0123")
    assert caller.done
    return caller


async def test_three_questions_follow_the_citizens_yes() -> None:
    caller = await interviewed("1121")
    assert caller.noted == [
        (ASKED, ""), ("identity", "1"), ("solved", "1"), ("handling", "2"), ("service", "1"),
    ]  # fmt: skip
    assert caller.heard[-1] == "survey-thanks"


async def test_nothing_of_the_matter_is_said_to_anybody_else() -> None:
    for keys in ("2", "--", "73"):
        caller = await interviewed(keys)
        assert "follow-up-solved" not in caller.heard


async def test_a_wrong_key_is_asked_once_more_and_then_left() -> None:
    caller = await interviewed("194" + "--" + "1")
    assert caller.heard.count("follow-up-solved") == 2
    assert caller.heard.count("follow-up-again") == 2
    assert dict(caller.noted) == {ASKED: "", "identity": "1", "service": "1"}


async def test_whoever_is_dissatisfied_is_asked_why() -> None:
    assert "follow-up-reason" in (await interviewed("1141")).heard
    assert "follow-up-reason" in (await interviewed("1115")).heard
    assert "follow-up-reason" not in (await interviewed("1331")).heard
