"""The survival script, run as Asterisk runs it: a process with pipes and the machine's Python."""

import contextlib
import importlib.util
import json
import os
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.settings import CHECKOUT
from queues.journal import parse
from tests.unit.fake_asterisk import header_block, split_command

pytestmark = pytest.mark.unit

SCRIPT = CHECKOUT / "agi_scripts" / "survival.py"
LIMIT = 5.0
CALL = "1764000000.12"


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pyst2 and six alone, as they lie on PYTHONPATH beside Asterisk."""
    folder = tmp_path_factory.mktemp("library")
    for name in ("asterisk", "six"):
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        if spec.submodule_search_locations:
            shutil.copytree(Path(spec.origin).parent, folder / name)
        else:
            shutil.copy(spec.origin, folder)
    return folder


@dataclass
class Peer:
    """The switch's side of the script's pipes."""

    process: "subprocess.Popen[bytes]"

    def say(self, raw: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(raw)
        self.process.stdin.flush()

    def command(self) -> list[str]:
        """Read the next command, split into words; [] when the script has ended."""
        out = self.process.stdout
        assert out is not None
        line = b""
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([out], [], [], LIMIT)
            assert ready, "the script says nothing"
            byte = os.read(out.fileno(), 1)
            if not byte:
                break
            line += byte
        return split_command(line.decode().removesuffix("\n"))

    def answer(self, reply: bytes = b"200 result=0\n") -> list[str]:
        words = self.command()
        self.say(reply)
        return words

    def take_variables(self) -> dict[str, str]:
        """Accept every SET VARIABLE until the script ends."""
        variables = {}
        while words := self.command():
            assert words[:2] == ["SET", "VARIABLE"]
            variables[words[2]] = words[3]
            self.say(b"200 result=1\n")
        return variables

    def hang_up(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()

    def ended_quietly(self) -> bool:
        """The script ends by itself, well and without a word on the console."""
        code = self.process.wait(LIMIT)
        assert self.process.stderr is not None
        return code == 0 and self.process.stderr.read() == b""


Start = Callable[..., Peer]


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "agi.jsonl"


@pytest.fixture
def start(tmp_path: Path, library: Path, journal: Path) -> Iterator[Start]:
    """Start the script with a header block and the essentials of a flow."""
    processes: list[subprocess.Popen[bytes]] = []
    essentials = {
        "greeting": "/sounds/zh/my greeting",
        "queue": "ENT",
        "music": "",
        "timeout": 120,
        "lang": "en",
        "journal": str(journal),
    }

    def start(
        block: bytes | None = None, library: Path = library, text: str = "", **changed: object
    ) -> Peer:
        config = tmp_path / "survival.json"
        config.write_text(text or json.dumps({**essentials, **changed}))
        process = subprocess.Popen(
            [SCRIPT, config],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={"PYTHONPATH": str(library), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
            cwd="/",
        )
        processes.append(process)
        peer = Peer(process)
        peer.say(header_block() if block is None else block)
        return peer

    yield start
    for process in processes:
        process.kill()
        with contextlib.suppress(BrokenPipeError), process:
            pass


def test_a_caller_is_greeted_and_sent_to_the_queue_of_the_last_flow(
    start: Start, journal: Path
) -> None:
    asterisk = start()
    assert asterisk.answer() == ["STREAM", "FILE", "/sounds/zh/my greeting", "", "0"]
    variables = asterisk.take_variables()
    assert variables == {
        "HOTLINE_QUEUE": "ENT",
        "HOTLINE_MUSIC": "",
        "HOTLINE_TIMEOUT": "120",
        "HOTLINE_PRIORITY": "0",
        "HOTLINE_LANG": "en",
        "HOTLINE_NEXT": "queue",
    }
    assert list(variables)[-1] == "HOTLINE_NEXT"
    assert asterisk.ended_quietly()
    (line,) = journal.read_bytes().splitlines()
    event = parse(line)
    assert event is not None
    assert (event.call, event.kind) == (CALL, "survival")


def test_a_greeting_that_the_queues_music_begins_with_is_not_played_twice(start: Start) -> None:
    asterisk = start(music="zh-greeting")
    assert asterisk.take_variables()["HOTLINE_MUSIC"] == "zh-greeting"
    assert asterisk.ended_quietly()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '"x"', "{}"], ids=["as it is", "torn", "list", "text", "empty"]
)
def test_a_broken_file_still_sends_the_caller_to_a_human(start: Start, text: str) -> None:
    asterisk = start(text=text)
    if not text:
        asterisk.answer()
    assert asterisk.take_variables()["HOTLINE_NEXT"] == "queue"
    assert asterisk.ended_quietly()


def test_a_missing_greeting_is_passed_over(start: Start) -> None:
    asterisk = start()
    asterisk.answer(b"200 result=-1 endpos=0\n")
    assert asterisk.take_variables()["HOTLINE_NEXT"] == "queue"


@pytest.mark.parametrize(
    "reply",
    [
        b"520 Invalid command syntax.  Proper usage not available.\n",
        b"520-Invalid command syntax.\nUsage: STREAM FILE\n520 End of proper usage.\n",
        b"510 Invalid or unknown command\n",
        b"511 Command Not Permitted on a dead channel or intercept routine\n",
        b"nonsense\n",
        b"\xd5\xc5\xc8\xfd\n",
        b"200 result=0 endpos=1 (\xd5\xc5)\n",
    ],
)
def test_no_reply_to_the_greeting_keeps_a_caller_from_the_queue(start: Start, reply: bytes) -> None:
    asterisk = start()
    asterisk.answer(reply)
    assert asterisk.take_variables()["HOTLINE_NEXT"] == "queue"
    assert asterisk.ended_quietly()


@pytest.mark.parametrize("name", ["张三".encode("gbk"), b'x"\\\xff', b"y" * 200])
def test_no_name_of_a_caller_stops_the_script(start: Start, name: bytes) -> None:
    asterisk = start(header_block(agi_calleridname=name))
    asterisk.answer()
    assert asterisk.take_variables()["HOTLINE_NEXT"] == "queue"


def test_a_number_with_newlines_forges_neither_call_nor_reply(start: Start, journal: Path) -> None:
    asterisk = start(header_block(agi_callerid="138\n\n200 result=0\nagi_uniqueid: 1.1\n"))
    asterisk.answer()
    asterisk.take_variables()
    assert asterisk.ended_quietly()
    assert CALL in journal.read_text()


def test_values_of_the_file_cannot_inject_a_command(start: Start) -> None:
    asterisk = start(queue='GEN"\nEXEC System "id', greeting='/s"\nHANGUP\n\\')
    assert asterisk.answer() == ["STREAM", "FILE", '/s" HANGUP \\', "", "0"]
    assert asterisk.take_variables()["HOTLINE_QUEUE"] == "GENEXECSystemid"


@pytest.mark.parametrize("block", [b"", b"agi_network: yes\nagi_cal"])
def test_an_end_before_the_headers_is_the_end(start: Start, block: bytes) -> None:
    asterisk = start(block)
    asterisk.hang_up()
    assert asterisk.command() == []
    assert asterisk.ended_quietly()


def test_a_closed_pipe_in_the_greeting_ends_it_and_is_still_noted(
    start: Start, journal: Path
) -> None:
    asterisk = start()
    asterisk.command()
    asterisk.hang_up()
    assert asterisk.command() == []
    assert asterisk.ended_quietly()
    assert "survival" in journal.read_text()


def test_a_hangup_line_is_no_reply(start: Start) -> None:
    asterisk = start()
    asterisk.answer(b"HANGUP\n")
    assert asterisk.command() == []
    assert asterisk.ended_quietly()


def test_a_hangup_signal_ends_it(start: Start, journal: Path) -> None:
    asterisk = start()
    asterisk.command()
    asterisk.process.send_signal(signal.SIGHUP)
    asterisk.say(b"200 result=-1 endpos=8000\n")
    assert asterisk.command() == []
    assert asterisk.ended_quietly()
    assert "survival" in journal.read_text()


def test_a_usage_text_without_end_is_not_waited_for_for_ever(start: Start) -> None:
    asterisk = start(greeting="")
    asterisk.answer(b"520-Invalid command syntax.\n")
    assert asterisk.command() == []
    assert asterisk.ended_quietly()


def test_a_silent_asterisk_is_left_after_seconds(start: Start) -> None:
    began = time.monotonic()
    asterisk = start(b"agi_network: yes\n")
    assert asterisk.command() == []
    assert asterisk.ended_quietly()
    assert time.monotonic() - began < LIMIT


def test_without_pyst2_it_leaves_the_caller_to_the_dialplan(start: Start, tmp_path: Path) -> None:
    asterisk = start(library=tmp_path)
    assert asterisk.command() == []
    assert asterisk.ended_quietly()


def test_a_journal_that_cannot_be_written_costs_nothing(start: Start) -> None:
    asterisk = start(journal="/nowhere/agi.jsonl")
    asterisk.answer()
    assert asterisk.take_variables()["HOTLINE_NEXT"] == "queue"
    assert asterisk.ended_quietly()
