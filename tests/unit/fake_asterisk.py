"""A peer that speaks FastAGI as Asterisk does, byte for byte; each test decides what it says."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from telephony.agi import AgiSession, Limits, Server, start_server

T = TypeVar("T")

LIMIT = 5.0
QUICK = Limits(header_seconds=0.2, margin=0.2, tick=0.02)

HEADERS = {
    "agi_network": "yes",
    "agi_network_script": "arrive",
    "agi_request": "agi://127.0.0.1:4573/arrive",
    "agi_channel": "PJSIP/trunk-00000001",
    "agi_language": "zh",
    "agi_type": "PJSIP",
    "agi_uniqueid": "1764000000.12",
    "agi_version": "22.10.0",
    "agi_callerid": "13800000000",
    "agi_calleridname": "unknown",
    "agi_callingpres": "0",
    "agi_dnid": "12345",
    "agi_rdnis": "unknown",
    "agi_context": "from-citizen",
    "agi_extension": "12345",
    "agi_priority": "3",
    "agi_enhanced": "0.0",
    "agi_accountcode": "",
    "agi_threadid": "140000000000",
}


def header_block(*args: str, **changed: str | bytes) -> bytes:
    """Write the header block of a call; keywords change a header, as text or raw bytes."""
    values = {**HEADERS, **changed}
    values |= {f"agi_arg_{position}": arg for position, arg in enumerate(args, 1)}
    lines = [
        name.encode() + b": " + (value.encode() if isinstance(value, str) else value)
        for name, value in values.items()
    ]
    return b"\n".join(lines) + b"\n\n"


def split_command(line: str) -> list[str]:
    """Split a command into words as Asterisk does: quotes group, a backslash protects."""
    words: list[str] = []
    word: list[str] | None = None
    quoted = escaped = False
    for char in line:
        if escaped or char not in '"\\ \t':
            word, escaped = [*(word or []), char], False
        elif char == "\\":
            escaped = True
        elif char == '"':
            quoted, word = not quoted, word or []
        elif quoted:
            word = [*(word or []), char]
        elif word is not None:
            words.append("".join(word))
            word = None
    return words if word is None else [*words, "".join(word)]


def split_list(text: str) -> list[str]:
    """Split the arguments of an application or function as Asterisk does."""
    items = [""]
    depth = 0
    quoted = escaped = False
    for char in text:
        if escaped:
            items[-1], escaped = items[-1] + char, False
        elif char == "\\":
            escaped = True
        elif char == '"':
            quoted = not quoted
        elif char == "," and depth == 0 and not quoted:
            items.append("")
        else:
            depth += (char in "([") - (char in ")]" and depth > 0)
            items[-1] += char
    return items


class FakeAsterisk:
    """One call's AGI connection, seen from the switch."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def connect(cls, server: Server, block: bytes | None = None) -> "FakeAsterisk":
        """Connect and send a header block; b"" sends nothing."""
        return await cls.connect_to(server.port, block)

    @classmethod
    async def connect_to(cls, port: int, block: bytes | None = None) -> "FakeAsterisk":
        """Connect to any server's port and send a header block."""
        peer = cls(*await asyncio.open_connection("127.0.0.1", port))
        peer.say(header_block() if block is None else block)
        return peer

    def say(self, raw: bytes) -> None:
        """Send bytes."""
        self._writer.write(raw)

    async def raw_command(self) -> bytes:
        """Read the next line; b"" when the script has ended."""
        async with asyncio.timeout(LIMIT):
            return await self._reader.readline()

    async def command(self) -> list[str]:
        """Read the next command, split into words."""
        return split_command((await self.raw_command()).decode().removesuffix("\n"))

    async def answer(self, reply: bytes = b"200 result=0\n") -> list[str]:
        """Read the next command and reply to it."""
        words = await self.command()
        self.say(reply)
        return words

    async def answer_variable(self, value: bytes) -> None:
        """Read a GET FULL VARIABLE and reply with the variable's value."""
        *_, expression = await self.command()
        self.say(b"200 result=1 (" + value + expression.rpartition("}")[2].encode() + b")\n")

    async def ended(self) -> bool:
        """Wait until the other side has closed; what it still sent is dropped."""
        try:
            async with asyncio.timeout(LIMIT):
                with suppress(ConnectionResetError):
                    await self._reader.read()
        except TimeoutError:
            return False
        return True

    async def close(self) -> None:
        """Close the connection as Asterisk does when a call is over."""
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()


@asynccontextmanager
async def serving(
    handler: Callable[[AgiSession], Awaitable[None]], limits: Limits | None = None
) -> AsyncIterator[Server]:
    """Run a server whose script `arrive` is the handler."""
    server = await start_server({"arrive": handler}, "127.0.0.1", 0, limits=limits)
    try:
        yield server
    finally:
        await server.close()


@asynccontextmanager
async def conversation(
    body: Callable[[AgiSession], Awaitable[T]],
    block: bytes | None = None,
    limits: Limits | None = None,
) -> AsyncIterator[tuple[FakeAsterisk, "asyncio.Future[T]"]]:
    """Run one session; yields the switch's side and what the script came to."""
    outcome: asyncio.Future[T] = asyncio.get_running_loop().create_future()

    async def handler(session: AgiSession) -> None:
        try:
            outcome.set_result(await body(session))
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            # A failed assertion inside the script is one of these.
            outcome.set_exception(error)

    async with serving(handler, limits) as server:
        peer = await FakeAsterisk.connect(server, block)
        try:
            async with asyncio.timeout(LIMIT):
                yield peer, outcome
        finally:
            await peer.close()
