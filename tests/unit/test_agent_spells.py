"""An agent's time is cut into spells that fill it, whatever happened in whatever order."""

from datetime import datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import from_epoch
from queues.agent_models import Change
from queues.agent_spells import AgentTime, Leg, Spell, Told, spells
from queues.agent_states import EXTENDED_WRAP_UP, Declared
from queues.ledger.agent_book import Standing
from queues.ledger.agent_lines import AgentLine, agent_line, leg_line
from telephony import cel, queue_log
from tests.switch_lines import NOON, cel_row

pytestmark = pytest.mark.unit


def at(second: float) -> datetime:
    return from_epoch(NOON + second)


def told(second: float, declared: Declared, reason: str = "", **more: object) -> Told:
    change = more.pop("change", Change.JOINED)
    assert isinstance(change, Change)
    return Told(at(second), change, declared, reason, **{"reachable": True, **more})  # type: ignore[arg-type]


def read(found: list[Spell]) -> list[tuple[AgentTime, float]]:
    return [(spell.state, spell.seconds) for spell in found]


def test_a_morning_is_told_without_gaps() -> None:
    changes = [
        told(0, Declared.AVAILABLE),
        told(40, Declared.AVAILABLE, change=Change.WRAP_UP, seconds=10),
        told(60, Declared.BREAK, "meal"),
        told(80, Declared.OFFLINE),
    ]
    legs = [Leg(at(5), at(10), at(40))]
    assert read(spells(changes, legs, at(-10), at(100))) == [
        (AgentTime.OFFLINE, 10), (AgentTime.IDLE, 5), (AgentTime.RINGING, 5),
        (AgentTime.TALKING, 30), (AgentTime.WRAP_UP, 10), (AgentTime.IDLE, 10),
        (AgentTime.BREAK, 20), (AgentTime.OFFLINE, 20),
    ]  # fmt: skip


def test_a_talk_counts_as_talk_whatever_was_declared_meanwhile() -> None:
    changes = [told(0, Declared.AVAILABLE), told(10, Declared.BREAK, "rest")]
    legs = [Leg(at(5), at(6), at(20))]
    assert read(spells(changes, legs, at(0), at(30)))[-2:] == [
        (AgentTime.TALKING, 14), (AgentTime.BREAK, 10),
    ]  # fmt: skip


def test_more_time_after_a_talk_is_wrap_up_and_a_lost_phone_is_no_idleness() -> None:
    changes = [
        told(0, Declared.AVAILABLE, EXTENDED_WRAP_UP),
        told(10, Declared.AVAILABLE),
        told(20, Declared.AVAILABLE, reachable=False),
    ]
    assert read(spells(changes, [], at(0), at(30))) == [
        (AgentTime.WRAP_UP, 10), (AgentTime.IDLE, 10), (AgentTime.UNREACHABLE, 10),
    ]  # fmt: skip


def test_what_began_before_the_time_asked_for_reaches_into_it() -> None:
    changes = [told(-50, Declared.AVAILABLE), told(-5, Declared.AVAILABLE, seconds=10)]
    legs = [Leg(at(-60), at(-55), at(-5)), Leg(at(8), None, None)]
    assert read(spells(changes, legs, at(0), at(10))) == [
        (AgentTime.WRAP_UP, 5), (AgentTime.IDLE, 3), (AgentTime.RINGING, 2),
    ]  # fmt: skip


@given(
    st.lists(st.tuples(st.floats(-99, 99), st.sampled_from(Declared), st.booleans())),
    st.lists(st.tuples(st.floats(-99, 99), st.none() | st.floats(0, 50), st.floats(0, 99))),
)
def test_spells_fill_the_time_exactly_once(
    changes: list[tuple[float, Declared, bool]], legs: list[tuple[float, float | None, float]]
) -> None:
    found = spells(
        sorted(
            (told(s, d, reachable=r, seconds=None) for s, d, r in changes), key=lambda one: one.at
        ),
        [
            Leg(at(s), None if a is None else at(s + a), at(s + (a or 0) + lasts))
            for s, a, lasts in legs
        ],
        at(0),
        at(60),
    )
    assert found[0].began == at(0)
    assert found[-1].ended == at(60)
    assert all(one.ended == two.began for one, two in pairwise(found))
    assert all(one.seconds > 0 for one in found)


def line(kind: str, *data: str, agent: str = "8013", queue: str = "GEN") -> AgentLine | None:
    text = "|".join([str(int(NOON)), "NONE", queue, agent, kind, *data])
    event = queue_log.parse(text.encode())
    assert event is not None
    return agent_line(event)


def test_only_the_switchs_own_words_move_what_is_declared() -> None:
    standing = Standing()
    seen = []
    for one in (
        line("ADDMEMBER", ""), line("ADDMEMBER", "", queue="ENT"), line("PAUSE", "meal"),
        line("PAUSE", "meal", queue="ENT"),
        line("HL-AGENT", "break", "phone", "8013", "meal", queue="NONE"),
        line("UNPAUSE", ""), line("REMOVEMEMBER", "", queue="ENT"), line("REMOVEMEMBER", ""),
    ):  # fmt: skip
        assert one is not None
        standing.take(one)
        seen.append((standing.declared, standing.reason))
    available, on_break = (Declared.AVAILABLE, ""), (Declared.BREAK, "meal")
    assert seen == [
        available, available, available, on_break, on_break, available, available,
        (Declared.OFFLINE, ""),
    ]  # fmt: skip


def test_a_pause_for_the_end_of_a_talk_is_no_break() -> None:
    standing = Standing({"GEN": EXTENDED_WRAP_UP})
    assert (standing.declared, standing.reason) == (Declared.AVAILABLE, EXTENDED_WRAP_UP)


@pytest.mark.parametrize(
    "one",
    [
        line("ADDMEMBER", "", agent="NONE"),
        line("ADDMEMBER", "", agent="PJSIP/8013"),
        line("HL-AGENT", "dance", "phone", "8013"),
        line("HL-AGENT"),
        line("HL-WRAP-UP", "long"),
        line("CONNECT", "2", "x", "1"),
    ],
)
def test_lines_that_say_nothing_of_an_agent_are_left_alone(one: AgentLine | None) -> None:
    assert one is None


def test_a_leg_is_known_by_the_phone_and_nobody_elses_channel_is_one() -> None:
    def leg(kind: str, channel: str) -> object:
        row = cel_row(f"{NOON:.6f}", kind, "n-1795500000.2", "n-1795500000.1", channel, *[""] * 8)
        event = cel.parse(row)
        assert event is not None
        return leg_line(event)

    assert leg("ANSWER", "PJSIP/8013-0000000a") is not None
    assert leg("ANSWER", "PJSIP/trunk-0000000a") is None
    assert leg("ANSWER", "Local/8013@agents-0000000a;1") is None
    assert leg("BRIDGE_ENTER", "PJSIP/8013-0000000a") is None
