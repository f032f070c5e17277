"""Plays Asterisk once and writes down what our server asks; the C server then asks the same."""

import socket
from collections.abc import Sequence

from core.errors import HotlineError

PATIENCE = 10.0
_REPLIES = {"STREAM FILE": "0 endpos=8000", "GET DATA": "{key}", "ANSWER": "0"}


def record_session(port: int, script: str, arguments: Sequence[str], key: str) -> list[str]:
    """Return the command lines of one session, `key` pressed at every question."""
    headers = [
        ("network", "yes"), ("network_script", script), ("uniqueid", "recorded.1"),
        ("callerid", "13800000000"), ("version", "22"), ("threadid", "1"),
        *((f"arg_{number}", word) for number, word in enumerate(arguments, 1)),
    ]  # fmt: skip
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as wire:
        lines = wire.makefile("rb")
        wire.sendall("".join(f"agi_{name}: {value}\n" for name, value in headers).encode() + b"\n")
        commands = []
        for line in lines:
            commands.append(line.decode().rstrip("\n"))
            wire.sendall(f"200 result={_reply(commands[-1], key)}\n".encode())
    if not commands:
        raise HotlineError(f"Our server asked nothing of {script} {' '.join(arguments)}.")
    return commands


def _reply(command: str, key: str) -> str:
    for words, reply in _REPLIES.items():
        if command.startswith(words):
            return reply.format(key=key)
    return "1"
