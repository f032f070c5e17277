"""A switch's manager interface made of scripted answers, on a real socket, for unit tests only."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from telephony.ami import Ami, Backoff, Event
from telephony.ami_message import read_message

SECRET = "s3cret"
END = b"\r\n\r\n"
GREETING = b"Asterisk Call Manager/11.0.0\r\n"

Headers = dict[str, str]
Answer = Callable[["Session", Headers], Awaitable[None]]


@dataclass
class Session:
    """One client's connection, seen from the switch."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, *lines: str) -> None:
        """Send one message."""
        await self.send_raw("\r\n".join(lines).encode() + END)

    async def send_raw(self, data: bytes) -> None:
        """Send bytes and see them off, so that the next ones come in another segment."""
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self, headers: Headers, *lines: str) -> None:
        """Answer an action: the first line, the action's number, the rest."""
        await self.send(lines[0], f"ActionID: {headers['ActionID']}", *lines[1:])

    def hang_up(self) -> None:
        """Drop the connection."""
        self.writer.transport.abort()


async def log_in(session: Session, headers: Headers) -> None:
    """Accept the right secret only, and close the door on any other, as the switch does."""
    if headers.get("Secret") == SECRET:
        await session.answer(headers, "Response: Success", "Message: Authentication accepted")
        return
    await session.answer(headers, "Response: Error", "Message: Authentication failed")
    session.writer.close()


async def pong(session: Session, headers: Headers) -> None:
    await session.answer(headers, "Response: Success", "Ping: Pong")


async def unknown(session: Session, headers: Headers) -> None:
    await session.answer(headers, "Response: Error", "Message: Invalid/unknown command")


async def silence(session: Session, headers: Headers) -> None:
    """Read an action and never answer it."""


async def hang_up(session: Session, headers: Headers) -> None:
    """Read an action and die before answering it."""
    session.hang_up()


def answers(*lines: str) -> Answer:
    """Answer with these lines."""

    async def answer(session: Session, headers: Headers) -> None:
        await session.answer(headers, *lines)

    return answer


@dataclass
class FakeSwitch:
    """Records every action; `on` says what each is answered with."""

    on: dict[str, Answer] = field(default_factory=lambda: {"Login": log_in, "Ping": pong})
    greeting: bytes = GREETING
    actions: list[Headers] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    port: int = 0
    _server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and drop everybody, as a switch that dies."""
        assert self._server is not None
        self._server.close()
        for session in self.sessions:
            session.hang_up()
        await self._server.wait_closed()

    def names(self) -> list[str]:
        """Return the actions received, without those that keep the connection."""
        return [a["Action"] for a in self.actions if a["Action"] not in ("Login", "Ping")]

    def logins(self) -> int:
        return sum(a["Action"] == "Login" for a in self.actions)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = Session(reader, writer)
        self.sessions.append(session)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await session.send_raw(self.greeting)
            while True:
                await self._take(session, await reader.readuntil(END))
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    async def _take(self, session: Session, block: bytes) -> None:
        lines = block.decode().strip().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        self.actions.append(headers)
        await self.on.get(headers["Action"], unknown)(session, headers)


async def until(condition: Callable[[], object]) -> None:
    """Wait for a condition, ten seconds at most."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - most conditions have no event of their own
            await asyncio.sleep(0.002)


@contextlib.asynccontextmanager
async def fake_switch() -> AsyncIterator[FakeSwitch]:
    """A switch that lives for one test."""
    switch = FakeSwitch()
    await switch.start()
    try:
        yield switch
    finally:
        await switch.stop()


def make_ami(
    switch: FakeSwitch,
    *,
    secret: str = SECRET,
    ping_every: float = 60.0,
    patience: float = 5.0,
    backoff: Backoff | None = None,
    filters: tuple[str, ...] = (),
) -> Ami:
    """Return a client of the fake switch that reconnects at once."""
    return Ami(
        "127.0.0.1",
        switch.port,
        "hotline",
        secret,
        ping_every=ping_every,
        patience=patience,
        backoff=backoff or Backoff(first=0.01, most=0.05),
        filters=filters,
    )


def events(text: str) -> list[Event]:
    """Read events as the switch writes them, one paragraph each."""
    paragraphs = (part.strip() for part in text.split("\n\n"))
    blocks = ("\r\n".join(line.strip() for line in part.split("\n")) for part in paragraphs)
    return [Event(message) for block in blocks if (message := read_message(block.encode()))]
