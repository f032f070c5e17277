"""One TCP connection to the switch's manager interface: panoramisk with its faults closed.

panoramisk opens the connection, numbers and writes the actions and finds the action an answer
belongs to. Framing, completion, time-outs and the end of a connection are ours. A `Connection`
lives as long as its socket: nothing is queued for, or sent again on, another one. Used by `ami`.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from panoramisk.actions import Action
from panoramisk.ami_protocol import AMIProtocol
from panoramisk.manager import Manager
from panoramisk.message import Message

from core.clock import utc_now
from telephony.ami_errors import AmiDown, AmiUnanswered
from telephony.ami_message import Event, HeaderValue, Response, read_message, written

GREETING = b"Asterisk Call Manager/"
MESSAGE_LIMIT = 16 * 1024 * 1024
"""Bytes of one message without an end; the output of the longest command is far shorter."""

log = structlog.get_logger()


class Exchange(Action):  # type: ignore[misc]  # panoramisk has no types
    """One action and what the switch answers to it.

    panoramisk guesses from the sentence whether events will follow ("Added … to queue" does not
    mean so); here the one who asks says it.
    """

    def __init__(self, name: str, headers: Mapping[str, HeaderValue], *, listing: bool) -> None:
        super().__init__({"Action": name, **written(headers)})
        self.listing = listing

    def add_message(self, message: Message) -> bool:
        """Take one message of the answer; return whether it was the last."""
        self.responses.append(message)
        if not self._is_last(message):
            return False
        if not self.future.done():
            self.future.set_result(self.responses)
        return True

    def _is_last(self, message: Message) -> bool:
        if "Event" in message:
            return Event(message)["EventList"].lower() in ("complete", "cancelled")
        response = Response(message)
        return not (self.listing and response.success and response.opens_list)


class Wire(AMIProtocol):  # type: ignore[misc]  # panoramisk has no types
    """Cuts bytes into messages and hands each to the one who waits for it."""

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self.version: str | None = None
        self._bytes = bytearray()
        self._searched = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start with nothing read and nobody waiting."""
        super().connection_made(transport)
        self.factory = self._connection
        self.encoding = "utf-8"
        self._connection.protocol = self

    def data_received(self, data: bytes) -> None:
        """Take bytes as the network cut them: in mid-line, in mid-character."""
        self._connection.heard()
        self._bytes += data
        if self.version is None and not self._greeted():
            return
        for block in self._blocks():
            self._read(block)
        if len(self._bytes) > MESSAGE_LIMIT:
            self._connection.fail("it sent a message without an end")

    def _greeted(self) -> bool:
        line, end, rest = bytes(self._bytes).partition(b"\r\n")
        if not end and GREETING.startswith(line[: len(GREETING)]):
            return False
        if not line.startswith(GREETING):
            self._connection.fail("what answers there is not Asterisk's manager interface")
            return False
        self.version = line[len(GREETING) :].decode("ascii", "replace")
        self._bytes = bytearray(rest)
        if not self._connection.greeted.done():  # it may have been given up a moment ago
            self._connection.greeted.set_result(None)
        return True

    def _blocks(self) -> list[bytes]:
        end = self._bytes.rfind(b"\r\n\r\n", max(0, self._searched - 3))
        self._searched = len(self._bytes)
        if end < 0:
            return []
        complete = bytes(self._bytes[:end])
        del self._bytes[: end + 4]
        self._searched = len(self._bytes)
        return complete.split(b"\r\n\r\n")

    def _read(self, block: bytes) -> None:
        message = read_message(block)
        if message is not None:
            self.handle_message(message)

    def handle_message(self, message: Message) -> None:
        """Give an answer to the one who asked and an event to everybody."""
        exchange = self.responses.get(Event(message)["ActionID"])
        if exchange is not None and (exchange.listing or "Event" not in message):
            if exchange.add_message(message):
                self.responses.pop(exchange.id)
        elif "Event" in message:
            self._connection.dispatch(message)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the connection why it ended."""
        self._connection.fail(f"the connection broke ({exc or 'closed by the switch'})")
        self._connection.ended.set()

    def close(self) -> None:
        """Drop the socket; actions without an answer are never kept for another connection."""
        self.transport.abort()


class Connection(Manager):  # type: ignore[misc]  # panoramisk has no types
    """One socket from its opening to its end; it never comes back by itself."""

    def __init__(self, host: str, port: int, on_event: Callable[[Event], None]) -> None:
        super().__init__(host=host, port=port, protocol_factory=lambda: Wire(self))
        self.place = f"{host}:{port}"
        loop = asyncio.get_running_loop()
        self.greeted: asyncio.Future[None] = loop.create_future()
        self.lost = asyncio.Event()
        self.ended = asyncio.Event()
        self.reason = ""
        self._on_event = on_event
        self._clock = loop.time
        self._heard = self._clock()

    async def open(self, timeout: float) -> None:  # noqa: ASYNC109 - a limit of the protocol
        """Connect and wait for the switch's greeting, both within `timeout` seconds."""
        try:
            async with asyncio.timeout(timeout):
                await self.connect()
                await self.greeted
        except TimeoutError:
            self.fail("it does not speak")
            raise AmiDown(f"The switch at {self.place} accepts but does not speak.") from None
        except OSError as error:
            raise AmiDown(f"No switch answers at {self.place} ({error}). Is it running?") from None

    def connection_made(self, opening: "asyncio.Future[Any]") -> None:
        """Do nothing: logging in is our caller's next step, and a failure to connect is theirs."""

    async def ask(
        self,
        name: str,
        headers: Mapping[str, HeaderValue],
        *,
        timeout: float,  # noqa: ASYNC109 - a limit of the protocol
        listing: bool = False,
    ) -> list[Message]:
        """Send one action, once, and return all messages of its answer.

        Raises AmiDown when it was not sent, AmiUnanswered when it was and no answer came within
        `timeout` seconds or before the connection broke.
        """
        exchange = Exchange(name, headers, listing=listing)
        if self.lost.is_set():
            raise AmiDown(f"{name} was not sent: {self.reason}.")
        answer = self.send_action(exchange)
        try:
            async with asyncio.timeout(timeout):
                return list(await answer)
        except TimeoutError:
            raise AmiUnanswered(
                f"The switch did not answer {name} within {timeout:g} s; it may have been done."
            ) from None
        finally:
            # A list given up is remembered to its end, or its late items would pass for news.
            if not (listing and exchange.future.cancelled()):
                self.protocol.responses.pop(exchange.id, None)

    def dispatch(self, event: Message) -> None:
        """Hand an event on; a fault in whoever takes it stays theirs."""
        try:
            self._on_event(Event(event))
        except Exception:
            log.exception("ami.event_not_taken", event_name=Event(event).name)
        if Event(event).name == "Shutdown":
            self.fail("the switch is shutting down")

    def heard(self) -> None:
        """Note that the switch is alive."""
        self._heard = self._clock()

    @property
    def silent_for(self) -> float:
        """Seconds since the switch was last heard."""
        return self._clock() - self._heard

    @property
    def heard_at(self) -> datetime:
        """The instant the switch was last heard."""
        return utc_now() - timedelta(seconds=self.silent_for)

    def fail(self, reason: str) -> None:
        """End the connection and tell everyone who waits on it; only the first reason counts."""
        if self.lost.is_set():
            return
        self.reason = reason
        self.lost.set()
        _end(self.greeted, AmiDown(f"The switch at {self.place} is of no use: {reason}."))
        if self.protocol is not None:
            self._give_up()
            self.protocol.close()

    def _give_up(self) -> None:
        for exchange in self.protocol.responses.values():
            sentence = f"{exchange['Action']} was sent, then {self.reason}; it may be done."
            _end(exchange.future, AmiUnanswered(sentence))


def _end(future: "asyncio.Future[Any]", error: AmiDown) -> None:
    if not future.done():
        future.set_exception(error)
        future.exception()  # seen: asyncio need not complain when nobody waits any more
