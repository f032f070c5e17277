"""One FastAGI connection as bytes: replies cut out of the stream, one command at a time.

`telephony.agi` alone uses it. Nothing here knows a verb; everything here distrusts the peer.
"""

import asyncio
import re
from typing import Protocol, cast

from telephony.text import readable

# Asterisk reads commands into a buffer of 2048 bytes (8192 in newer ones) and takes what does
# not fit for the next command, so a longer line would let its tail be executed.
LONGEST_COMMAND = 2047
# No genuine reply comes near this; memory must not grow with what a peer sends.
LONGEST_REPLY = 1 << 20

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LIST_SYNTAX = re.compile(r'[\\",()\[\]]')


class HungUp(Exception):
    """The caller is gone, in whichever way we learned it."""


class AgiError(Exception):
    """The switch refused a command, or the connection can no longer be trusted."""


class AgiTimeout(AgiError):
    """The switch gave no reply in time."""


def quote(text: str) -> str:
    """Make one AGI argument of any text; control characters become spaces."""
    if text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    plain = _CONTROL.sub(" ", text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'


def list_item(text: str) -> str:
    """Protect what Asterisk's argument splitter would take for syntax (comma, quote, bracket)."""
    if _LIST_SYNTAX.search(text) is None:
        return text
    return _LIST_SYNTAX.sub(r"\\\g<0>", text)


class Listener(Protocol):
    """What a wire tells its server."""

    loop: asyncio.AbstractEventLoop

    def opened(self, wire: "Wire") -> None:
        """Hear that a peer has connected; it owes us the header block."""

    def received(self, wire: "Wire", block: bytes) -> None:
        """Hear that the header block is complete."""

    def closed(self, wire: "Wire") -> None:
        """Hear that the connection is gone."""


class Wire(asyncio.Protocol):
    """One connection. `deadline` (loop time) is when `overdue` should be called."""

    __slots__ = (
        "_buffer",
        "_closing",
        "_end",
        "_header_bytes",
        "_listener",
        "_loop",
        "_pending",
        "_tail",
        "_talking",
        "_transport",
        "deadline",
    )

    def __init__(self, listener: Listener, header_seconds: float, header_bytes: int) -> None:
        self._listener = listener
        self._loop = listener.loop
        self._header_bytes = header_bytes
        self._buffer = bytearray()
        self._pending: asyncio.Future[bytes] | None = None
        self._tail: bytes | None = None
        self._end: Exception | None = None
        self._talking = False
        self._closing = False
        self.deadline = self._loop.time() + header_seconds

    @property
    def hung_up(self) -> bool:
        """Whether the caller is known to be gone."""
        return isinstance(self._end, HungUp)

    def ask(self, line: bytes, seconds: float, tail: bytes | None = None) -> asyncio.Future[bytes]:
        """Send one command; the future brings its raw reply within `seconds`.

        `tail` says how a reply ends that begins with `200 result=1 (` and may hold newlines.
        Raises HungUp or AgiError when no command can be sent.
        """
        if self._end is not None or self._pending is not None:
            raise self._refusal()
        if len(line) > LONGEST_COMMAND or line.find(b"\n") != len(line) - 1:
            raise AgiError(
                f"Not one AGI command of {LONGEST_COMMAND} bytes: {readable(line[:80])}…"
            )
        self._pending = reply = self._loop.create_future()
        self._tail = tail
        self.deadline = self._loop.time() + seconds
        self._transport.write(line)
        return reply

    def overdue(self) -> bool:
        """Act on a passed deadline; return whether a peer without headers was dropped."""
        if self._closing or not self._talking:
            self.abort()
            return not self._talking
        if self._pending is not None:
            self._finish(AgiTimeout("Asterisk gave no reply in time."))
        return False

    def close(self, grace: float) -> None:
        """End the session after what was written; a peer that does not read gets `grace` s."""
        if not self._closing:
            self._closing = True
            self.deadline = self._loop.time() + grace
            self._transport.close()

    def abort(self) -> None:
        """Drop the connection now."""
        self._closing = True
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for the header block (called by the event loop)."""
        self._transport = cast("asyncio.WriteTransport", transport)
        self._listener.opened(self)

    def data_received(self, data: bytes) -> None:
        """Take bytes from the peer (called by the event loop)."""
        pending = self._pending
        if (
            pending is not None
            and self._tail is None
            and not self._buffer
            and data.startswith(b"200 ")
            and data.find(b"\n") == len(data) - 1
        ):
            self._pending = None
            if not pending.done():
                pending.set_result(data)
            return
        self._buffer += data
        if not self._talking:
            self._read_headers(len(data))
        if self._talking:
            self._read_replies()

    def connection_lost(self, _error: Exception | None) -> None:
        """Whoever waits for a reply learns that the caller is gone (called by the event loop)."""
        self._finish(HungUp("Asterisk closed the connection."))
        self._listener.closed(self)

    def _read_headers(self, fresh: int) -> None:
        end = self._headers_end(fresh)
        if end:
            block = bytes(self._buffer[:end])
            del self._buffer[:end]
            self._talking = True
            self._listener.received(self, block)
        elif len(self._buffer) > self._header_bytes or not self._buffer.startswith(
            b"agi_"[: len(self._buffer)]
        ):
            self.abort()

    def _headers_end(self, fresh: int) -> int:
        """Find the end of the header block, 0 while it is incomplete.

        A caller's number may hold newlines, even an empty line. Asterisk's own last header
        stands behind everything a caller can write, so a block that has begun to identify the
        switch ends only after it.
        """
        end = self._buffer.find(b"\n\n", max(0, len(self._buffer) - fresh - 1)) + 2
        if end < 2:
            return 0
        if b"\nagi_version:" not in self._buffer or b"\nagi_threadid:" in self._buffer[:end]:
            return end
        last = self._buffer.find(b"\nagi_threadid:")
        return self._buffer.find(b"\n\n", last) + 2 if last >= 0 else 0

    def _read_replies(self) -> None:
        while self._buffer and self._end is None:
            end = self._reply_end()
            if not end:
                break
            reply = bytes(self._buffer[:end])
            del self._buffer[:end]
            self._take(reply)
        if self._end is not None:
            self._buffer.clear()
        elif len(self._buffer) > LONGEST_REPLY:
            self._finish(AgiError("Asterisk's reply has no end."))

    def _reply_end(self) -> int:
        """Find the end of the first reply in the buffer, 0 while it is incomplete."""
        buffer = self._buffer
        if buffer.startswith(b"520-"):
            last = buffer.find(b"\n520 ") + 1
            return buffer.find(b"\n", last) + 1 if last else 0
        if self._tail is not None and buffer.startswith(b"200 result=1 ("):
            last = buffer.find(self._tail)
            return last + len(self._tail) if last >= 0 else 0
        return buffer.find(b"\n") + 1

    def _take(self, reply: bytes) -> None:
        pending = self._pending
        if reply.rstrip() == b"HANGUP":
            self._finish(HungUp("The caller hung up."))
        elif pending is None or not reply[:3].isdigit():
            self._finish(AgiError(f"Asterisk spoke out of turn: {readable(reply[:80])!r}."))
        else:
            self._pending = None
            if not pending.done():
                pending.set_result(reply)

    def _finish(self, reason: Exception) -> None:
        """No command can be sent any more; the first reason is the one that counts."""
        if self._end is None:
            self._end = reason
        pending, self._pending = self._pending, None
        if pending is not None and not pending.done():
            pending.set_exception(self._end)

    def _refusal(self) -> Exception:
        if self._end is not None:
            return type(self._end)(*self._end.args)
        if self._pending is not None and self._pending.cancelled():
            return AgiError("An abandoned command still waits for its reply.")
        return AgiError("Two tasks use one AGI session; a session carries one command at a time.")
