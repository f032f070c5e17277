"""Each verb by itself: what it does with a caller, and which edge it takes."""

from datetime import UTC, datetime

import pytest

from ivr.engine import STEP_LIMIT
from ivr.flow import NoWayOn
from tests.unit.fake_channel import CODE, CONFIG, FakeCall, flow_of
from tickets.calendar import load_workdays

pytestmark = pytest.mark.unit

ENDS = """
  one: {verb: queue, queue: GEN, edges: {else: end}}
  two: {verb: queue, queue: ENT, edges: {else: end}}
  three: {verb: queue, queue: EN, edges: {else: end}}
  end: {verb: hangup}
"""


async def live(nodes: str, *answers: str, head: str = "", **more: object) -> FakeCall:
    return await FakeCall(flow_of(nodes + ENDS, head), answers=answers, **more).run()  # type: ignore[arg-type]


class TestPlay:
    NODES = "  first: {verb: play, prompt: legal, keys: {'0': one}, next: two}\n"

    async def test_it_goes_on_after_the_prompt(self) -> None:
        assert (await live(self.NODES)).way == ["queue ENT"]

    async def test_its_key_cuts_it_short(self) -> None:
        assert (await live(self.NODES, during={"legal": "0"})).way == ["queue GEN"]

    async def test_another_key_does_not(self) -> None:
        assert (await live(self.NODES, during={"legal": "5"})).way == ["queue ENT"]


class TestMenu:
    NODES = (
        "  first:\n    verb: menu\n    intro: greeting\n    prompt: main-menu\n    tries: 3\n"
        "    keys: {'1': one, '#': two}\n    edges: {invalid: three, no-input: end}\n"
    )

    @pytest.mark.parametrize(
        ("answers", "way"),
        [
            (["1"], "queue GEN"),
            (["#"], "queue ENT"),
            ([""], "hangup"),
            (["5", "1"], "queue GEN"),
            (["5", "5", "#"], "queue ENT"),
            (["5", ""], "hangup"),
            (["5", "6", "*"], "queue EN"),
            (["1234567890" * 50], "queue GEN"),
        ],
    )
    async def test_keys_slips_and_silence(self, answers: list[str], way: str) -> None:
        assert (await live(self.NODES, *answers)).way == [way]

    async def test_what_was_pressed_in_vain_is_in_the_journal(self) -> None:
        call = await live(self.NODES, "5", "6", "*")
        assert call.journal.of("step")[0]["keys"] == "56*"
        assert call.heard == ["zh/greeting", *["zh/main-menu"] * 3]


class TestCollect:
    HEAD = "variables: {id: '0'}\n"
    NODES = (
        "  first:\n    verb: collect\n    prompt: progress-ask\n    variable: id\n    digits: 6\n"
        "    least: 4\n    tries: 2\n"
        "    edges: {collected: said, invalid: two, no-input: three}\n"
        "  said: {verb: branch, variable: id, edges: {'123456': one, '1234': end, else: two}}\n"
    )

    @pytest.mark.parametrize(
        ("answers", "way"),
        [
            (["123456"], "queue GEN"),
            (["1234#"], "hangup"),
            (["12345678901234567890"], "queue GEN"),
            (["12#", "123456"], "queue GEN"),
            (["12#", "12#"], "queue ENT"),
            (["12*456", "1*"], "queue ENT"),
            (["", ""], "queue EN"),
            (["", "123456"], "queue GEN"),
            (["#", ""], "queue EN"),
        ],
    )
    async def test_digits_are_taken_when_they_are_enough(
        self, answers: list[str], way: str
    ) -> None:
        assert (await live(self.NODES, *answers, head=self.HEAD)).way == [way]


class TestSay:
    @pytest.mark.parametrize(
        ("kind", "value", "pieces"),
        [
            ("digits", "110", ["yao", "yao", "d0"]),
            ("number", "12", ["shi", "d2"]),
            ("date", "2026-08-31", ["d8", "yue", "d3", "shi", "d1", "ri"]),
            ("time", "14:30", ["xiawu", "liang", "dian", "ban"]),
            ("number", "many", []),
            ("number", "９９", []),  # noqa: RUF001 - full-width
            ("number", "9" * 30, []),
            ("date", "2026-02-30", []),
            ("time", "25:00", []),
            ("digits", "", []),
            ("digits", "'; DROP", []),
        ],
    )
    async def test_values_are_said_in_pieces_or_not_at_all(
        self, kind: str, value: str, pieces: list[str]
    ) -> None:
        nodes = f"  first: {{verb: say, variable: what, kind: {kind}, next: end}}\n"
        call = await live(nodes, head=f'variables: {{what: "{value}"}}\n')
        assert call.heard == [f"zh/{piece}" for piece in pieces]
        assert call.way == ["hangup"]

    async def test_the_query_code_is_at_hand(self) -> None:
        call = await live("  first: {verb: say, variable: code, next: end}\n")
        assert "".join(p[-1] for p in call.heard if p.startswith("zh/d")) == CODE


class TestSetAndBranch:
    async def test_what_was_set_decides(self) -> None:
        call = await live(
            "  first: {verb: set, values: {mood: good}, next: ask}\n"
            "  ask: {verb: branch, variable: mood, edges: {good: one, else: two}}\n",
            head="variables: {mood: ''}\n",
        )
        assert call.way == ["queue GEN"]

    @pytest.mark.parametrize(
        ("value", "way"), [("", "queue ENT"), ("bad", "queue ENT"), ("else", "queue ENT")]
    )
    async def test_a_value_without_edge_takes_else(self, value: str, way: str) -> None:
        call = await live(
            "  first: {verb: branch, variable: mood, edges: {good: one, else: two}}\n",
            head=f"variables: {{mood: '{value}'}}\n",
        )
        assert call.way == [way]

    async def test_a_language_changes_every_later_prompt(self) -> None:
        call = await live(
            "  first: {verb: set, values: {lang: en}, next: said}\n"
            "  said: {verb: play, prompt: greeting, next: one}\n"
        )
        assert call.heard == ["en/greeting"]
        assert call.done[0]["HOTLINE_LANG"] == "en"


class TestHours:
    NODES = (
        "  first:\n    verb: hours\n"
        "    week: {mon-fri: '08:30-12:00, 13:30-17:30', sat: '09:00-12:00'}\n"
        "    holiday: 10:00-11:00\n"
        "    edges: {open: one, closed: two}\n"
    )

    @pytest.mark.parametrize(
        ("local", "there"),
        [
            ("2026-11-24 08:29", False),
            ("2026-11-24 08:30", True),
            ("2026-11-24 11:59", True),
            ("2026-11-24 12:00", False),
            ("2026-11-24 13:30", True),
            ("2026-11-24 17:30", False),
            ("2026-11-28 09:30", True),  # Saturday
            ("2026-11-28 13:30", False),
            ("2026-11-29 09:30", False),  # Sunday
            ("2026-10-01 09:00", False),  # a Thursday, National Day
            ("2026-10-01 10:30", True),
            ("2026-10-10 15:00", True),  # a Saturday worked in exchange has Monday's hours
            ("2026-09-20 08:45", True),  # a Sunday worked in exchange
            ("2027-10-01 15:00", False),  # no notice yet, but National Day never moves
            ("2027-02-08 15:00", True),  # no notice yet: a plain Monday
        ],
    )
    async def test_frames_holidays_and_weekends_worked_in_exchange(
        self, local: str, there: bool
    ) -> None:
        now = datetime.fromisoformat(f"{local}+08:00").astimezone(UTC)
        workdays = load_workdays(CONFIG / "calendar.toml")
        call = await live(self.NODES, now=lambda: now, workdays=workdays)
        assert call.way == ["queue GEN" if there else "queue ENT"]

    @pytest.mark.parametrize(("local", "there"), [("10:30", False), ("15:00", True)])
    async def test_days_worked_in_exchange_may_have_hours_of_their_own(
        self, local: str, there: bool
    ) -> None:
        now = datetime.fromisoformat(f"2026-10-10 {local}+08:00")
        workdays = load_workdays(CONFIG / "calendar.toml")
        nodes = self.NODES.replace("    edges", "    makeup: 14:00-16:00\n    edges")
        call = await live(nodes, now=lambda: now, workdays=workdays)
        assert call.way == ["queue GEN" if there else "queue ENT"]


class TestHangup:
    async def test_a_closed_hotline_says_so_to_the_ledger(self) -> None:
        call = await live("  first: {verb: hangup, closed: true}\n")
        assert call.journal.of("closed") == [{}]

    async def test_an_ordinary_end_does_not(self) -> None:
        assert (await live("  first: {verb: hangup}\n")).journal.of("closed") == []


class TestQueue:
    NODES = (
        "  first:\n    verb: queue\n    queue: GEN\n    greeting: greeting\n    timeout: 7.4\n"
        "    priority: 3\n    keys: {'1': other}\n    edges: {else: end}\n"
        "  other: {verb: queue, queue: ENT, priority: 1, edges: {else: first}}\n"
    )

    async def test_a_priority_once_given_stays_and_a_greeting_is_heard_once(self) -> None:
        call = await live(self.NODES, outcomes=["key-1", "timeout", "key-8"])
        assert [step["HOTLINE_PRIORITY"] for step in call.done] == ["3", "3", "3", "3"]
        assert [step["HOTLINE_MUSIC"] for step in call.done] == ["zh-greeting", "", "", ""]
        assert call.done[0]["HOTLINE_TIMEOUT"] == "7"


async def test_a_flow_that_only_turns_ends_with_a_human_outside() -> None:
    nodes = "  first: {verb: menu, prompt: greeting, keys: {'1': first}, edges: {else: end}}\n"
    fake = FakeCall(flow_of(nodes + ENDS), answers=["1"] * 1000)
    with pytest.raises(NoWayOn, match=f"{STEP_LIMIT} steps"):
        await fake.run()
    assert len(fake.journal.of("step")) == STEP_LIMIT


async def test_a_verb_that_breaks_is_in_the_journal_and_decides_nothing() -> None:
    fake = FakeCall(flow_of("  first: {verb: play, prompt: greeting, next: end}\n" + ENDS))

    class NoPrompts:
        def path(self, prompt_id: str, lang: str) -> str:
            raise RuntimeError("no such sound")

    fake.equipment = type(fake.equipment)(
        NoPrompts(), fake.journal, fake.equipment.workdays, ticks=lambda: 0.0
    )
    with pytest.raises(RuntimeError):
        await fake.run()
    assert fake.journal.steps == [("first", "broken")]
    assert fake.channel.asked == {}
