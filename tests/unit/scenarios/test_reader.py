"""A scenario file that is wrong is refused with file, line and a sentence."""

import contextlib
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import SHANGHAI
from core.errors import ConfigError
from core.settings import Settings
from ivr.scenarios import Fate, Step, Tells, load_scenarios, read_scenarios
from ivr.simulator import End
from ivr.store import flow_files
from tests.unit.fake_channel import CONFIG, shipped_inventory

pytestmark = pytest.mark.unit

HEAD = "flow: direct\nscenarios:\n  - name: one\n"  # three lines
GOOD = "    story: [hangs-up]\n    end: hung-up\n"


def test_a_scenario_is_read_with_all_that_is_given() -> None:
    text = (
        '    given:\n      at: 2026-11-28 03:00\n      caller: ""\n'
        "      queues: {GEN: [full, answered after 5]}\n      partners: {'110': busy}\n"
        "      tickets: {'204060': CLOSED}\n"
    )
    (one,) = read_scenarios(HEAD + text + GOOD, "x", shipped_inventory()).scenarios
    assert one.given.at == datetime(2026, 11, 28, 3, 0, tzinfo=SHANGHAI)
    assert one.given.caller == ""
    assert one.given.queues == {"GEN": (Fate("full"), Fate("answered", 5.0))}
    assert one.given.partners == {"110": (Fate("busy"),)}
    assert one.given.tickets == {"204060": "CLOSED"}
    assert one.story == (Step(Tells.HANGS_UP, "", 10),)
    assert (one.name, one.end) == ("one", End.HUNG_UP)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("    story: [hears: no-such]\n    end: human\n", 4, "no prompt 'no-such'"),
        ("    story: [waits: NONE]\n    end: human\n", 4, "no queue 'NONE'"),
        ("    story: [rings: '999']\n    end: human\n", 4, "999"),
        ("    story: [presses: 'A']\n    end: human\n", 4, "no keys"),
        ("    story: [silent: long]\n    end: human\n", 4, "not a number"),
        ("    story: [sings: loud]\n    end: human\n", 4, "none of: hears"),
        ("    story: [hangs-up: now]\n    end: human\n", 4, "just 'hangs-up'"),
        ("    story: [cries]\n    end: human\n", 4, "'hears: …'"),
        ("    story: [{hears: busy, presses: '1'}]\n    end: human\n", 4, "one thing"),
        ("    story: []\n    end: human\n", 4, "at least one"),
        ("    story: [hangs-up]\n    end: happily\n", 5, "none of: human"),
        ("    story: [hangs-up]\n", 3, "'end' is missing"),
        ("    given: {queues: {GEN: asleep}}\n" + GOOD, 4, "never happens there"),
        ("    given: {queues: {NONE: full}}\n" + GOOD, 4, "no queue 'NONE'"),
        ("    given: {partners: {'110': full}}\n" + GOOD, 4, "never happens there"),
        ("    given: {at: yesterday}\n" + GOOD, 4, "no instant"),
        ("    given: {at: 2026-02-30 03:00}\n" + GOOD, 4, "no instant"),
        ("    given: {caller: Wang}\n" + GOOD, 4, "caller is a number"),
        ("    given: {tickets: {'12': CLOSED}}\n" + GOOD, 4, "six digits"),
        ("    given: {tickets: {'204060': LOST}}\n" + GOOD, 4, "none of: NEW"),
        ("    given: {weather: rain}\n" + GOOD, 4, "no 'weather'"),
        ("    mood: good\n" + GOOD, 4, "no 'mood'"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_scenarios(HEAD + text, "direct.tests.yaml", shipped_inventory())
    assert (caught.value.path, caught.value.line) == ("direct.tests.yaml", line)
    assert words in caught.value.sentence


@given(st.text(max_size=200))
def test_any_text_is_scenarios_or_a_sentence(text: str) -> None:
    for whole in (text, HEAD + text):
        with contextlib.suppress(ConfigError):
            read_scenarios(whole, "x", shipped_inventory())


def test_scenarios_lie_beside_their_flow_and_are_no_flow(tmp_path: Path) -> None:
    folder = tmp_path / "flows"
    folder.mkdir()
    settings = Settings(config_dir=tmp_path, home=tmp_path)
    assert load_scenarios(settings, "direct", shipped_inventory()) is None
    for name in ("direct.yaml", "direct.tests.yaml", "menu.tests.yaml"):
        (folder / name).write_bytes((CONFIG / "flows/direct.tests.yaml").read_bytes())
    assert load_scenarios(settings, "direct", shipped_inventory()) is not None
    assert [path.name for path in flow_files(folder)] == ["direct.yaml"]
    with pytest.raises(ConfigError, match="not of 'menu'"):
        load_scenarios(settings, "menu", shipped_inventory())
    (folder / "direct.tests.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="UTF-8"):
        load_scenarios(settings, "direct", shipped_inventory())
