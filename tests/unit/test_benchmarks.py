"""Measurements are only worth something when they compare what they say they compare."""

import shutil
from itertools import count
from pathlib import Path

import pytest

from benchmarks.channel_events import durations, idle_times
from benchmarks.client import Load, play_asterisk
from benchmarks.compiled import compiled
from benchmarks.cores import two_cores
from benchmarks.figures import Figure, ratio
from benchmarks.processes import Process, cpu_seconds
from benchmarks.recorder import record_session
from benchmarks.rounds import interleave
from benchmarks.twelve import COMMANDS
from core.errors import HotlineError
from telephony.cel import ChannelEvent

pytestmark = pytest.mark.unit

needs_gcc = pytest.mark.skipif(not shutil.which("gcc"), reason="gcc compiles the C programs")


def event(at: float, kind: str, channel: str) -> ChannelEvent:
    return ChannelEvent(at, kind, channel, channel, channel, *[""] * 8)


def test_every_contestant_is_measured_once_in_each_round() -> None:
    turns = count(1)
    samples = interleave("ABC", lambda name: f"{name}{next(turns)}", 2)
    assert samples == {"A": ["A1", "A4"], "B": ["B2", "B5"], "C": ["C3", "C6"]}


def test_a_ratio_compares_within_a_round_so_that_a_slow_minute_changes_nothing() -> None:
    assert ratio([60, 30, 6], [100, 50, 10]) == Figure(0.6, 0.6, 0.6)


def test_a_figure_without_rounds_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one round"):
        Figure.of([])


def test_a_call_lasts_from_its_channels_start_to_its_end() -> None:
    events = [
        event(1.0, "CHAN_START", "PJSIP/trunk-1"),
        event(2.0, "CHAN_START", "PJSIP/trunk-2"),
        event(2.5, "CHAN_END", "PJSIP/trunk-1"),
        event(9.0, "CHAN_END", "PJSIP/trunk-0"),
    ]
    assert durations(iter(events)) == [1.5]


def test_an_agent_is_idle_from_the_end_of_one_call_until_rung_for_the_next() -> None:
    events = [
        event(1.0, "CHAN_END", "PJSIP/8013-00000001"),
        event(1.1, "CHAN_START", "PJSIP/8014-00000002"),
        event(1.2, "CHAN_START", "PJSIP/trunk-00000003"),
        event(1.5, "CHAN_START", "PJSIP/8013-00000004"),
    ]
    assert idle_times(iter(events), frozenset({"8013", "8014"})) == [0.5]


def test_without_a_compiler_a_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HotlineError, match="apt-get install gcc libc6-dev"):
        compiled("agi_server", tmp_path)


@needs_gcc
def test_the_c_server_asks_its_script_and_the_c_client_answers_all_of_it(tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("".join(f"{command}\n" for command in COMMANDS))
    server = [str(compiled("agi_server", tmp_path)), "0", str(script)]
    with Process("the C server", server) as process:
        port = process.listening()
        assert record_session(port, "bench", [], "1") == list(COMMANDS)
        load = Load(sessions=20, at_once=5)
        heard = play_asterisk(compiled("agi_client", tmp_path), two_cores().client, port, load)
        assert heard.commands == len(COMMANDS)
        assert cpu_seconds(process.pid) > 0


@needs_gcc
def test_sessions_that_break_off_are_no_figures(tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("")
    server = [str(compiled("agi_server", tmp_path)), "0", str(script)]
    with Process("the C server", server) as process:
        port = process.listening()
        with pytest.raises(HotlineError, match="broke off"):
            play_asterisk(compiled("agi_client", tmp_path), two_cores().client, port, Load(3, 1))


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with pytest.raises(HotlineError, match="No such file"):
        Process("a server", ["ls", "/nonexistent"], log=log).listening()
