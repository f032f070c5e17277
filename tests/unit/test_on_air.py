"""What is on air reaches the next call by a file, and costs no caller a second of waiting."""

import json
import wave
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.on_air import Announcement, FileBoard, board_path
from ivr.simulator.equipment import MemoryBoard
from recordings import audio
from recordings.news_music import bring_into_queue, ensure_news, forget_old_news, news_link
from tests.unit.fake_channel import FakeCall, flow_of, shipped_flow

pytestmark = pytest.mark.unit

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
ONE = MemoryBoard(["1"])


def put_on_air(folder: Path, *announcements: tuple[int, float]) -> None:
    rows = [
        {"incident": number, "prompt": f"incident-{number}", "key": "1", "until": until}
        for number, until in announcements
    ]
    board_path(folder).write_text(json.dumps(rows))


def test_the_board_is_read_when_it_changes_and_forgets_what_expired(tmp_path: Path) -> None:
    board = FileBoard(tmp_path)
    assert board.on_air(NOW) == ()
    put_on_air(tmp_path, (1, NOW.timestamp() + 5), (2, NOW.timestamp()))
    assert [one.incident for one in board.on_air(NOW)] == [1]
    put_on_air(tmp_path, (3, NOW.timestamp() + 50), (12, NOW.timestamp() + 500))
    assert [one.incident for one in board.on_air(NOW)] == [3, 12]
    board_path(tmp_path).unlink()
    assert board.on_air(NOW) == ()


@pytest.mark.parametrize("text", ["", "[{}]", "{", '[{"incident": 1}]', "\0"])
def test_a_board_that_cannot_be_read_puts_nothing_on_air(tmp_path: Path, text: str) -> None:
    board_path(tmp_path).write_text(text)
    assert FileBoard(tmp_path).on_air(NOW) == ()


def sound(folder: Path, name: str, seconds: float) -> None:
    audio.write(folder / "zh" / f"{name}.wav", audio.silence(seconds, 8000))


def seconds(path: Path) -> float:
    with wave.open(str(path)) as file:
        return float(file.getnframes() / file.getframerate())


def test_the_waiting_music_begins_with_what_is_on_air(tmp_path: Path) -> None:
    ensure_news(tmp_path)
    link = news_link(tmp_path, "zh")
    assert seconds(link) < 0.2
    sound(tmp_path, "incident-1", 2)
    sound(tmp_path, "incident-2", 3)
    bring_into_queue(tmp_path, "zh", ["incident-1", "incident-2"])
    assert seconds(link) == 5
    bring_into_queue(tmp_path, "zh", ["incident-2"])
    assert seconds(link) == 3
    forget_old_news(tmp_path)
    assert len(list((tmp_path / "zh").glob("news-*.wav"))) == 1
    assert seconds(link) == 3


def test_a_sound_that_is_missing_leaves_the_ordinary_music(tmp_path: Path) -> None:
    ensure_news(tmp_path)
    missing = Announcement(1, "incident-gone", "1", NOW.timestamp() + 5)
    assert not FileBoard(tmp_path).bring_into_queue("zh", [missing])
    assert seconds(news_link(tmp_path, "zh")) < 0.2


async def test_in_the_direct_profile_it_is_heard_while_the_caller_waits_already() -> None:
    call = await FakeCall(shipped_flow("direct"), board=ONE).run()
    assert call.way == ["queue GEN"]
    assert call.heard == []
    assert call.done[0]["HOTLINE_MUSIC"] == "zh-greeting-direct.news"


async def test_its_key_counts_the_caller_and_ends_the_call() -> None:
    call = await FakeCall(shipped_flow("direct"), board=ONE, outcomes=["key-1"]).run()
    assert call.way == ["queue GEN", "hangup"]
    assert call.heard == ["zh/incident-counted"]
    assert call.journal.of("counted") == [{"incident": 1}]


async def test_the_same_key_means_nothing_to_whoever_heard_no_announcement() -> None:
    call = await FakeCall(shipped_flow("direct"), outcomes=["key-1"]).run()
    assert call.way == ["queue GEN", "queue GEN"]
    assert call.journal.of("counted") == []


async def test_a_menu_that_comes_later_keeps_its_own_keys() -> None:
    call = await FakeCall(
        shipped_flow("direct"), board=ONE, outcomes=["timeout"], answers=["1"]
    ).run()
    assert call.heard[:2] == ["zh/queue-timeout", "zh/callback-number"]
    assert call.journal.of("counted") == []


async def test_it_is_heard_once_in_a_call() -> None:
    call = await FakeCall(shipped_flow("direct"), board=ONE, outcomes=["key-0"]).run()
    assert [step["HOTLINE_MUSIC"] for step in call.done] == ["zh-greeting-direct.news", ""]


async def test_when_it_cannot_be_played_the_greeting_is_heard_as_ever() -> None:
    class Broken(MemoryBoard):
        def bring_into_queue(self, language: str, announcements: object) -> bool:
            return False

    call = await FakeCall(shipped_flow("direct"), board=Broken(["1"]), outcomes=["key-1"]).run()
    assert call.done[0]["HOTLINE_MUSIC"] == "zh-greeting-direct"
    assert call.journal.of("counted") == []


async def test_a_menu_says_it_after_its_greeting_and_before_its_choices() -> None:
    call = await FakeCall(shipped_flow("menu"), board=ONE, answers=[""]).run()
    assert call.heard == ["zh/greeting", "zh/news", "zh/main-menu"]
    assert call.way == ["queue GEN"]


async def test_a_key_of_the_menu_cuts_an_announcement_short() -> None:
    call = await FakeCall(shipped_flow("menu"), board=ONE, during={"news": "0"}).run()
    assert call.heard == ["zh/greeting", "zh/news"]
    assert call.way == ["queue GEN"]


@pytest.mark.parametrize("how", [{"during": {"news": "1"}}, {"answers": ["1"]}])
async def test_a_menu_counts_too(how: dict[str, object]) -> None:
    call = await FakeCall(shipped_flow("menu"), board=ONE, **how).run()  # type: ignore[arg-type]
    assert call.way == ["hangup"]
    assert call.journal.of("counted") == [{"incident": 1}]


async def test_of_several_each_key_counts_for_its_own() -> None:
    board = MemoryBoard(["6", "", "7"])
    call = await FakeCall(shipped_flow("direct"), board=board, outcomes=["key-7"]).run()
    assert call.journal.of("counted") == [{"incident": 3}]


async def test_a_flow_that_lets_none_be_heard_plays_none() -> None:
    flow = flow_of(
        "  first: {verb: queue, queue: GEN, edges: {else: end}}\n  end: {verb: hangup}\n"
    )
    call = await FakeCall(flow, board=ONE).run()
    assert call.done[0]["HOTLINE_MUSIC"] == ""
