"""Once a second it is decided what becomes of each call-back that is still owed."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.clock import from_epoch
from core.errors import ConfigError
from queues.callbacks.deciding import Decision, Now, decide
from queues.callbacks.dialler import place_of
from queues.callbacks.models import Callback, CallbackSource
from queues.callbacks.repository import Waiting
from queues.callbacks.rules import ANY_CALLBACK, AtClosing, load_callback_rules
from queues.callbacks.states import CallbackState
from queues.callbacks.uids import Try
from queues.journal import JournalKind

pytestmark = pytest.mark.unit

CALL = "node1-1795395600.12"
NINE = from_epoch(1_795_395_600)  # nine in the morning in the city
RULES = replace(ANY_CALLBACK, hours=((8 * 60, 21 * 60),))
SEVEN, TEN_PM = NINE - timedelta(hours=2), NINE + timedelta(hours=13)
CONFIG = Path(__file__).parents[2] / "config"
S, K = CallbackState, JournalKind


def owed(state: CallbackState = S.TAKEN, **more: Any) -> Waiting:
    columns = {
        "call_uid": CALL, "state": state, "source": CallbackSource.ASKED, "number": "13800000000",
        "taken_at": NINE, "tries": 0, "missed": 0,
    }  # fmt: skip
    known = {"since": NINE, "queue": "GEN", "on_the_line": False, "answered": False}
    unknown = {"call_again": None, "talking": False, "earlier": None}
    beside = known | unknown
    beside |= {name: more.pop(name) for name in list(more) if name in beside}
    return Waiting(Callback(**(columns | more)), **beside)  # type: ignore[arg-type]


def placed(state: CallbackState = S.WAITING, **more: Any) -> Waiting:
    return owed(state, tries=1, placed_at=NINE, **more)


def kind(one: Waiting, minutes: float = 1, staffed: str = "GEN", rules: Any = RULES) -> Any:
    decision = decided(one, minutes, staffed, rules)
    return decision.kind if decision else None


def decided(
    one: Waiting, minutes: float = 1, staffed: str = "GEN", rules: Any = RULES
) -> Decision | None:
    there = {Try(CALL, 1).uid}
    return decide(one, rules, Now(NINE + timedelta(minutes=minutes), there, {staffed}))


def test_what_was_promised_is_placed_when_the_citizen_has_hung_up_and_agents_are_there() -> None:
    assert kind(owed()) is K.CALLBACK_PLACED
    assert kind(owed(on_the_line=True)) is None
    assert kind(owed(), staffed="ENT") is None


def test_what_holds_its_place_is_left_alone() -> None:
    for state in (S.WAITING, S.AGENT_TOLD, S.RINGING):
        assert decided(placed(state)) is None


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"call_again": "node1-1795395700.1"}, "called-again"),
        ({"talking": True}, "talking"),
        ({"answered": True}, "answered"),
        ({"earlier": "node1-1795395500.1"}, "promised-already"),
    ],
)
def test_a_citizen_who_is_served_another_way_is_not_rung(told: dict[str, Any], reason: str) -> None:
    for state in (S.TAKEN, S.WAITING, S.AGENT_TOLD, S.PAUSED):
        decision = decided(placed(state, **told))
        assert decision is not None
        assert (decision.kind, decision.reason) == (K.CALLBACK_CANCELLED, reason)
        assert decision.withdraw
    assert decided(placed(S.RINGING, **told)) is None


def test_the_next_try_waits_its_pause_and_the_last_one_ends_it() -> None:
    once = owed(S.PAUSED, tries=1, missed=1, missed_at=NINE)
    assert kind(once, minutes=4) is None
    assert kind(once, minutes=5) is K.CALLBACK_PLACED
    assert kind(owed(S.PAUSED, tries=3, missed=3, missed_at=NINE)) is K.CALLBACK_GIVEN_UP


def test_a_place_that_the_switch_forgot_is_lost_after_a_grace() -> None:
    elsewhere = placed(call_uid="node1-1795395600.99")
    assert kind(elsewhere, minutes=0.05) is None
    assert kind(elsewhere, minutes=0.1) is K.CALLBACK_LOST


def test_at_closing_the_place_is_given_up_and_taken_again_in_the_morning() -> None:
    closing = decided(placed(), minutes=13 * 60)
    assert closing is not None
    assert (closing.kind, closing.withdraw) == (K.CALLBACK_LOST, True)
    assert kind(owed(), minutes=13 * 60) is None
    assert kind(owed(), minutes=23 * 60 + 30) is K.CALLBACK_PLACED


def test_a_city_may_withdraw_at_closing_what_was_asked_for_in_the_hours() -> None:
    rules = replace(RULES, at_closing=AtClosing.WITHDRAW)
    assert kind(placed(), minutes=13 * 60, rules=rules) is K.CALLBACK_EXPIRED
    night = owed(taken_at=TEN_PM)
    assert kind(night, minutes=14 * 60, rules=rules) is None


def test_after_the_longest_time_nobody_is_rung() -> None:
    assert kind(owed(), minutes=24 * 60 + 1) is K.CALLBACK_EXPIRED


def test_a_persons_order_is_carried_out_once_at_any_hour() -> None:
    order = owed(source=CallbackSource.ABANDONED, agent="8013", taken_at=TEN_PM)
    assert kind(order, minutes=13 * 60 + 1, staffed="") is K.CALLBACK_PLACED
    tried = owed(S.PAUSED, source=CallbackSource.ABANDONED, tries=1, placed_at=NINE)
    assert kind(tried) is K.CALLBACK_GIVEN_UP


def test_an_agent_who_does_not_come_to_the_phone_is_the_reason_of_a_lost_order() -> None:
    order = placed(source=CallbackSource.ABANDONED, agent="8013", call_uid="node1-1795395600.99")
    lost = decided(order)
    assert lost == Decision(K.CALLBACK_LOST, "agent-not-reached")
    over = owed(
        source=CallbackSource.ABANDONED, tries=1, reason="agent-not-reached",
        placed_at=NINE + timedelta(seconds=1),
    )  # fmt: skip
    assert decided(over) == Decision(K.CALLBACK_GIVEN_UP, "agent-not-reached")


def test_what_the_phone_said_of_the_third_order_is_kept() -> None:
    third = owed(
        S.PAUSED, source=CallbackSource.ABANDONED, tries=3, missed=3, reason="busy",
        placed_at=NINE + timedelta(seconds=1),
    )  # fmt: skip
    assert decided(third) == Decision(K.CALLBACK_GIVEN_UP, "busy")


def test_whoever_asked_at_night_is_promised_the_morning() -> None:
    assert RULES.promised(NINE) == NINE + timedelta(hours=1)
    assert RULES.promised(SEVEN) == NINE
    assert RULES.promised(TEN_PM) == NINE + timedelta(days=1)


def test_an_earlier_entry_is_a_higher_priority_and_the_elderly_come_first() -> None:
    later = NINE + timedelta(seconds=0.1)
    assert place_of(NINE, 0) > place_of(later, 0)
    assert place_of(later + timedelta(days=1), 10) > place_of(NINE, 0)
    for year in (2026, 2037):
        at = NINE.replace(year=year)
        assert -(2**31) < place_of(at, 0) <= place_of(at, 100) < 2**31


@pytest.mark.parametrize(
    ("raw", "dialled"),
    [
        ("13800000000", "13800000000"),
        ("+86 138-0000-0000", "13800000000"),
        ("06358200119", "06358200119"),
        ("8251234", "8251234"),
        ("12345", None),
        ("8200001", None),  # our own
        ("110", None),
        ("16812345", None),
        ("4008123123", None),
        ("0085212345678", None),
        ("13800000000,SIP/evil", None),
        ("138' OR 1=1", None),
        ("", None),
    ],
)
def test_the_shipped_rules_ring_citizens_and_nobody_dear_or_abroad(
    raw: str, dialled: str | None
) -> None:
    assert load_callback_rules(CONFIG).dialable(raw) == dialled


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"08:00-21:00"', '"8 to 9"'),
        ('at_closing = "carry"', 'at_closing = "forget"'),
        ('"60 min"', '"5 wd"'),
        ("tries = 3", "tries = 0"),
        ('"[2-8]XXXXXX"', '"00.*"'),
        ('"[2-8]XXXXXX"', '"[2-8]X+"'),
        ("pause", "paws"),
    ],
)
def test_a_wrong_rule_stops_the_start(tmp_path: Path, old: str, new: str) -> None:
    for name in ("callbacks.toml", "lines.toml"):
        (tmp_path / name).write_text((CONFIG / name).read_text())
    path = tmp_path / "callbacks.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(ConfigError):
        load_callback_rules(tmp_path)
