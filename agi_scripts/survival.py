#!/usr/bin/python3 -sS
"""The last resort: greet a caller and send them to a queue while our own servers are down.

Asterisk runs this file as a plain AGI process when the FastAGI server cannot be reached, hangs or
died in mid-script. It stands alone on purpose: the machine's own Python, pyst2 and six from
PYTHONPATH, none of our packages, no database, no network. What it needs to know of the published
flow lies in a small JSON file, its first argument:

    {"greeting": "/abs/path/without/extension", "queue": "GEN", "music": "", "timeout": 180,
     "lang": "zh", "journal": "/abs/path/agi.jsonl"}

It plays the greeting (unless `music` names the class that greets in the queue), sets the variables
the dialplan asks for, HOTLINE_NEXT last, and leaves a line in the journal. Whatever goes wrong it
ends quietly within seconds, and the dialplan, finding HOTLINE_NEXT empty, goes straight to the
general queue by itself.

pyst2 reads and writes through `Line` below, because pyst2 takes an end of file for an empty line,
a HANGUP line for a reply, stops at bytes that are not UTF-8, waits for ever behind a one-line 520
and quotes nothing. What it prints on stderr would be Asterisk's console, so stderr is closed.
"""

import contextlib
import json
import os
import re
import signal
import sys
import time
from collections.abc import Iterable
from types import FrameType
from typing import Any

# Asterisk replies at once to everything but the greeting.
PATIENCE = 3
LONGEST_GREETING = 20
# 8000 samples a second, two bytes each: how Asterisk's own sound files are made.
BYTES_PER_SECOND = 16000
LONGEST_LINE = 65536
_UNSAFE = re.compile(r"[^A-Za-z0-9@/_.=&%~:-]")


class Gone(BaseException):
    """The caller or Asterisk is gone, or the time is up; nothing is left to do.

    Not an Exception, so that pyst2 and the greeting's forgiveness let it through.
    """


class Line:
    """Asterisk at the other end of stdin and stdout, with the manners pyst2 expects."""

    def __init__(self) -> None:
        self._given: list[str] = []
        self._in_usage = False

    def give(self, lines: Iterable[str]) -> None:
        """Let pyst2 read these lines first."""
        self._given.extend(lines)

    def readline(self) -> str:
        """Return the next line, never an end of file and never a hang-up."""
        if self._given:
            return self._given.pop(0)
        line = read_line()
        if line.startswith("520-"):
            self._in_usage = True
        elif line.startswith("520 "):
            if not self._in_usage:
                self._given.append("520 End of proper usage.\n")
            self._in_usage = False
        return line

    def write(self, command: str) -> None:
        """Send a command."""
        sys.stdout.buffer.write(command.encode("utf-8", "replace"))

    def flush(self) -> None:
        """Let Asterisk see what was written."""
        sys.stdout.buffer.flush()


def read_line() -> str:
    """Read one line of Asterisk's, in whatever encoding. Raises Gone at its end or a HANGUP."""
    raw = sys.stdin.buffer.readline(LONGEST_LINE)
    if not raw.endswith(b"\n") or raw.strip() == b"HANGUP":
        raise Gone
    return raw.decode("utf-8", "replace")


def read_call() -> str:
    """Read Asterisk's header block and return the call's unique id.

    A caller's number may hold newlines, so the id is the first one named and the block ends only
    behind Asterisk's own last header.
    """
    call, complete = "", False
    while True:
        name, _, value = read_line().strip().partition(": ")
        if name == "agi_uniqueid" and not call:
            call = value
        complete = complete or name.startswith("agi_threadid")
        if not name and complete:
            return call


def read_essentials(path: str) -> dict[str, Any]:
    """Return what is known of the published flow; nothing, if the file is lost or broken."""
    with contextlib.suppress(OSError, ValueError):
        with open(path, encoding="utf-8") as file:
            found = json.load(file)
        if isinstance(found, dict):
            return found
    return {}


def greet(agi: Any, greeting: Any) -> None:
    """Play the greeting. A caller without a greeting still goes to a human."""
    if not greeting:
        return
    seconds = LONGEST_GREETING
    with contextlib.suppress(OSError):
        seconds = min(seconds, os.path.getsize(f"{greeting}.wav") // BYTES_PER_SECOND)
    signal.alarm(seconds + PATIENCE)
    with contextlib.suppress(Exception):
        agi.stream_file(quoted(greeting))
    signal.alarm(PATIENCE)


def quoted(path: str) -> str:
    """Make one AGI argument of a path."""
    plain = "".join(char if char.isprintable() else " " for char in path)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def hand_over(agi: Any, essentials: dict[str, Any]) -> None:
    """Tell the dialplan where the caller goes; HOTLINE_NEXT last, it is the sign of success."""
    for name, value in (
        ("HOTLINE_QUEUE", essentials.get("queue") or "GEN"),
        ("HOTLINE_MUSIC", essentials.get("music") or ""),
        ("HOTLINE_TIMEOUT", essentials.get("timeout") or 180),
        ("HOTLINE_PRIORITY", 0),
        ("HOTLINE_LANG", essentials.get("lang") or "zh"),
        ("HOTLINE_NEXT", "queue"),
    ):
        agi.set_variable(name, _UNSAFE.sub("", str(value)))


def note(call: str, journal: Any) -> None:
    """Leave a line for the ledger, if the journal can be written."""
    if not (call and journal):
        return
    signal.alarm(1)
    line = json.dumps({"at": time.time(), "call": call, "kind": "survival"}) + "\n"
    handle = os.open(journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o660)
    os.write(handle, line.encode())
    os.close(handle)


def time_is_up(_signal: int, _frame: FrameType | None) -> None:
    """Leave wherever we are."""
    raise Gone


def serve(path: str) -> None:
    """Take one caller from Asterisk to the queue."""
    call = read_call()
    essentials = read_essentials(path)
    try:
        from asterisk.agi import AGI

        line = Line()
        line.give([f"agi_uniqueid: {call}\n", "\n"])
        agi = AGI(line, line, sys.stderr)
        if not essentials.get("music"):
            greet(agi, essentials.get("greeting"))
        hand_over(agi, essentials)
    finally:
        note(call, essentials.get("journal"))


def main() -> None:
    """Serve the caller and leave without a word, whatever happens."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    signal.signal(signal.SIGALRM, time_is_up)
    signal.alarm(PATIENCE)
    with contextlib.suppress(BaseException):
        serve(sys.argv[1])
    os._exit(0)


if __name__ == "__main__":
    main()
