"""A call that is handed over stays one call: attempts, talks, and the voices of its recording."""

import json
from typing import Any

import pytest

from queues.journal import JournalEvent
from queues.ledger.facts import CallFacts, Rules
from queues.ledger.fold import fold
from queues.ledger.story import Story
from queues.models import EndedBy
from telephony import cel
from tests.switch_lines import NOON, cel_row
from tickets.outcomes import Outcome

pytestmark = pytest.mark.unit

CITIZEN, AGENT, NEAR, FAR, PARTNER = "n-1.0", "n-1.6", "n-2.13", "n-2.15", "n-2.22"
NAMES = {
    CITIZEN: "PJSIP/trunk-00000000",
    AGENT: "PJSIP/8013-00000001",
    NEAR: "Local/12348@transfer-00000000;1",
    FAR: "Local/12348@transfer-00000000;2",
    PARTNER: "PJSIP/demo-00000002",
}


class Switch:
    """Writes what the switch wrote of a handed-over call, told second by second."""

    def __init__(self) -> None:
        self.story = Story(CITIZEN, "n")
        self._bridge_of: dict[str, str] = {}

    def at(self, seconds: float, who: str, kind: str, extra: Any = None) -> None:
        told = json.dumps(extra) if extra else ""
        row = cel_row(
            f"{NOON + seconds:.6f}", kind, who, CITIZEN, NAMES[who],
            "from-citizen" if kind == "CHAN_START" and who == CITIZEN else "x", "12345",
            "138", "", "", "", "", told,
        )  # fmt: skip
        event = cel.parse(row)
        assert event is not None
        self.story.take(event)

    def mark(self, seconds: float, who: str, marker: str, words: str) -> None:
        self.at(seconds, who, marker, {"extra": words})

    def moves(self, seconds: float, who: str, bridge: str = "") -> None:
        if was := self._bridge_of.pop(who, ""):
            self.at(seconds, who, "BRIDGE_EXIT", {"bridge_id": was})
        if bridge:
            self._bridge_of[who] = bridge
            self.at(seconds, who, "BRIDGE_ENTER", {"bridge_id": bridge})

    def talks_to_an_agent(self) -> None:
        self.at(0, CITIZEN, "CHAN_START")
        self.mark(0, CITIZEN, "HL-ARRIVED", "12345")
        self.at(0, CITIZEN, "ANSWER")
        self.mark(1, CITIZEN, "HL-QUEUE", "GEN")
        self.at(2, AGENT, "CHAN_START")
        self.at(4, AGENT, "ANSWER")
        self.moves(5, AGENT, "a")
        self.moves(5, CITIZEN, "a")

    def is_asked(self) -> None:
        self.at(10, NEAR, "CHAN_START")
        self.at(10, FAR, "CHAN_START")
        self.moves(10, NEAR, "b")
        self.mark(10, FAR, "HL-TRANSFER", "12348|consult|PJSIP/8013-00000001")
        self.moves(10, AGENT, "b")
        self.at(10.1, PARTNER, "CHAN_START")
        self.mark(10.1, PARTNER, "HL-PARTNER-LEG", "12348|12348")

    def is_answered(self) -> None:
        self.at(14, PARTNER, "ANSWER")
        self.mark(14, PARTNER, "HL-PARTNER-ANSWERED", "12348")
        self.at(14, NEAR, "ANSWER")
        self.moves(14, PARTNER, "c")
        self.moves(14, FAR, "c")

    def is_replaced(self, seconds: float, bridge: str) -> None:
        self.moves(seconds, PARTNER)
        self.moves(seconds, NEAR)
        self.moves(seconds, PARTNER, bridge)
        self.moves(seconds, FAR)
        self.mark(seconds, FAR, "HL-DIALLED", "12348|12348|ANSWER|120")
        self.at(seconds, NEAR, "HANGUP")
        self.at(seconds, FAR, "HANGUP")

    def ends(self, seconds: float) -> None:
        self.moves(seconds, CITIZEN)
        self.at(seconds, CITIZEN, "HANGUP", {"hangupsource": NAMES[CITIZEN]})
        self.at(seconds, CITIZEN, "LINKEDID_END")

    def facts(self) -> CallFacts:
        found = fold(self.story, Rules())
        assert found is not None
        return found


def attempt(facts: CallFacts) -> dict[str, Any]:
    assert facts.parties is not None
    (only,) = facts.parties["transfers"]
    return dict(only)


def seconds(instant: float) -> float:
    return round(instant - NOON, 3)


def test_a_call_handed_over_is_one_answered_call_and_one_accepted_attempt() -> None:
    switch = Switch()
    switch.talks_to_an_agent()
    switch.is_asked()
    switch.is_answered()
    switch.is_replaced(15, "b")
    switch.moves(20, PARTNER, "a")
    switch.moves(20, AGENT)
    switch.at(20, AGENT, "HANGUP")
    switch.ends(50)
    switch.at(50, PARTNER, "HANGUP")
    facts = switch.facts()
    assert (facts.outcome, facts.agent, facts.partner) == (Outcome.ANSWERED, "8013", "12348")
    assert facts.talk_seconds == 5
    assert facts.ended_by is EndedBy.CALLER
    found = attempt(facts)
    assert (found["outcome"], found["how"], found["agent"]) == ("accepted", "consult", "8013")
    times = [seconds(found[key]) for key in ("asked", "answered", "joined", "left")]
    assert times == [10, 14, 20, 50]
    (leg,) = found["legs"]
    assert (leg["number"], seconds(leg["ringing"])) == ("12348", 10.22)
    assert facts.parties is not None
    assert facts.parties["segments"] == [
        {"from": 0, "to": 5, "with": ["agent 8013"]},
        {"from": 5, "to": 15, "with": []},
        {"from": 15, "to": 45, "with": ["partner 12348"], "legs": {"n-2.22": 6.0}},
    ]


def test_talks_of_three_count_once_for_the_agent() -> None:
    switch = Switch()
    switch.talks_to_an_agent()
    switch.is_asked()
    switch.is_answered()
    switch.is_replaced(15, "b")
    switch.moves(20, PARTNER, "a")
    switch.moves(20, AGENT, "a")
    switch.moves(30, AGENT)
    switch.at(30, AGENT, "HANGUP")
    switch.ends(50)
    facts = switch.facts()
    assert facts.talk_seconds == 15
    assert facts.parties is not None
    assert [s["with"] for s in facts.parties["segments"]] == [
        ["agent 8013"], [], ["agent 8013", "partner 12348"], ["partner 12348"]
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("NOANSWER", "no-answer"),
        ("BUSY", "busy"),
        ("REJECTED", "rejected"),
        ("CHANUNAVAIL", "unreachable"),
        ("CONGESTION", "unreachable"),
        ("CANCEL", "cancelled"),
        ("FULL", "full"),
        ("CLOSED", "closed"),
    ],
)
def test_an_attempt_that_failed_says_why_and_that_the_agent_was_back(
    status: str, outcome: str
) -> None:
    switch = Switch()
    switch.talks_to_an_agent()
    switch.is_asked()
    switch.mark(12, FAR, "HL-DIALLED", f"12348|12348|{status}|")
    switch.at(12, PARTNER, "HANGUP")
    switch.moves(13, AGENT, "a")
    switch.ends(20)
    facts = switch.facts()
    found = attempt(facts)
    assert (found["outcome"], found["back_to"], found["joined"]) == (outcome, "agent", None)
    assert facts.talk_seconds == 12


def test_a_caller_who_gives_up_while_it_rings_is_told_apart_from_an_agent_who_does() -> None:
    switch = Switch()
    switch.talks_to_an_agent()
    switch.is_asked()
    switch.ends(12)
    switch.mark(12, FAR, "HL-DIALLED", "12348|12348|CANCEL|")
    assert attempt(switch.facts())["outcome"] == "caller-hung-up"


def test_a_partner_who_answered_and_let_us_keep_the_call_has_returned_it() -> None:
    switch = Switch()
    switch.talks_to_an_agent()
    switch.is_asked()
    switch.is_answered()
    switch.is_replaced(15, "b")
    switch.moves(18, PARTNER)
    switch.at(18, PARTNER, "HANGUP")
    switch.moves(18, AGENT, "a")
    switch.ends(30)
    found = attempt(switch.facts())
    assert (found["outcome"], found["back_to"]) == ("rejected-returned", "agent")


@pytest.mark.parametrize(("left", "back_to"), [(None, "agent"), ("NOANSWER", "queue")])
def test_whoever_is_rung_again_has_the_caller_back_unless_they_do_not_pick_up(
    left: str | None, back_to: str
) -> None:
    switch = Switch()
    switch.talks_to_an_agent()
    switch.moves(10, AGENT)
    switch.at(10, AGENT, "HANGUP")
    switch.mark(10, CITIZEN, "HL-TRANSFER", "12348|blind|PJSIP/8013-00000001")
    switch.mark(14, CITIZEN, "HL-DIALLED", "12348|12348|NOANSWER|")
    switch.mark(14, CITIZEN, "HL-TRANSFER-BACK", "12348|NOANSWER")
    switch.mark(16, CITIZEN, "HL-RECALL", "PJSIP/8013")
    if left:
        switch.mark(26, CITIZEN, "HL-RECALL-LEFT", f"PJSIP/8013|{left}")
    switch.ends(30)
    found = attempt(switch.facts())
    assert (found["outcome"], found["back_to"]) == ("no-answer", back_to)


def test_alerts_are_kept_beside_the_call_until_a_supervisor_notes_them() -> None:
    story = Story(CITIZEN, "n")
    switch = Switch()
    switch.story = story
    switch.talks_to_an_agent()
    for at, kind, fields in (
        (5, "alert", {"cause": "danger", "agent": "8013", "partner": "110", "actor": "8013"}),
        (9, "alert-seen", {"actor": "wang"}),
        (12, "alert", {"cause": "stability", "agent": "8013", "actor": 7}),
    ):
        story.take(JournalEvent(NOON + at, CITIZEN, kind, fields))
    facts = fold(story, Rules())
    assert facts is not None
    assert facts.parties is not None
    first, second = facts.parties["alerts"]
    assert (first["cause"], first["seen_by"], first["seen_at"]) == ("danger", "wang", NOON + 9)
    assert (second["cause"], second["actor"], second["seen_by"]) == ("stability", None, None)
