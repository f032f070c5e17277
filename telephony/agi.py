"""FastAGI: the server that Asterisk asks "what next?".

Entry points in `agi_scripts` are its handlers; each speaks to its caller through an AgiSession.
"""

import asyncio
import errno
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog

from core.errors import HotlineError
from telephony.agi_request import AgiRequest, parse_request
from telephony.agi_session import LONGEST_PROMPT, AgiSession, Digits, Recorded
from telephony.agi_wire import AgiError, AgiTimeout, HungUp, Wire

__all__ = [
    "LONGEST_PROMPT",
    "AgiError",
    "AgiRequest",
    "AgiSession",
    "AgiTimeout",
    "Digits",
    "Handler",
    "HungUp",
    "Limits",
    "Recorded",
    "Server",
    "start_server",
]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Limits:
    """What a peer may cost us. Seconds, bytes and counts."""

    header_seconds: float = 2.0
    header_bytes: int = 32_768
    header_lines: int = 200
    # Connections that have not said who they are: beyond this the oldest is dropped, because
    # Asterisk sends its headers at once and a scanner does not.
    waiting: int = 512
    sessions: int = 4000
    # What a reply may need beyond the verb's own duration, and a script after its caller has gone.
    margin: float = 5.0
    tick: float = 0.25


Handler = Callable[[AgiSession], Awaitable[None]]


class Server:
    """Sessions of one listening port. Made by `start_server`, ended by `close`."""

    def __init__(self, handlers: Mapping[str, Handler], limits: Limits) -> None:
        self.loop = asyncio.get_running_loop()
        self._handlers = handlers
        self._limits = limits
        self._wires: set[Wire] = set()
        self._waiting: dict[Wire, None] = {}
        self._running: dict[Wire, asyncio.Task[None]] = {}
        self._dropped = 0
        self._listening: asyncio.Server | None = None
        self._timer = self.loop.call_later(limits.tick, self._sweep)

    @property
    def port(self) -> int:
        """The port listened on, of use when 0 was asked for."""
        assert self._listening is not None  # noqa: S101 - start_server has listened
        return int(self._listening.sockets[0].getsockname()[1])

    @property
    def sessions(self) -> int:
        """How many handlers run now."""
        return len(self._running)

    async def listen(self, host: str, port: int, *, reuse_port: bool) -> None:
        """Open the port. Raises HotlineError when it cannot be had."""
        try:
            self._listening = await self.loop.create_server(
                self._wire, host, port, reuse_port=reuse_port, backlog=1024
            )
        except OSError as error:
            self._timer.cancel()
            fault = "is taken" if error.errno == errno.EADDRINUSE else f"fails ({error.strerror})"
            raise HotlineError(
                f"Port {port} on {host} {fault}. Free it or set HOTLINE_AGI_PORT to another."
            ) from error

    async def close(self, grace: float = 0.0) -> None:
        """Accept nobody, let running sessions finish for `grace` seconds, then cancel them."""
        if self._listening is not None:
            self._listening.close()
        for wire in list(self._waiting):
            wire.abort()
        if self._running and grace > 0:
            await asyncio.wait(self._running.values(), timeout=grace)
        if running := list(self._running.values()):
            for task in running:
                task.cancel()
            await asyncio.wait(running, timeout=self._limits.margin)
        for wire in list(self._wires):
            wire.abort()
        self._timer.cancel()

    def opened(self, wire: Wire) -> None:
        """Count a new connection among those that owe us headers (called by the wire)."""
        self._wires.add(wire)
        self._waiting[wire] = None
        if len(self._waiting) > self._limits.waiting:
            self._drop(next(iter(self._waiting)))

    def received(self, wire: Wire, block: bytes) -> None:
        """Start the script a session asks for (called by the wire)."""
        self._waiting.pop(wire, None)
        if (
            block.count(b"\n") > self._limits.header_lines
            or len(self._running) >= self._limits.sessions
        ):
            self._drop(wire)
            return
        request = parse_request(block)
        handler = self._handlers.get(request.script)
        if handler is None:
            log.warning("agi_unknown_script", script=request.script[:80], call=request.uniqueid)
            wire.close(self._limits.margin)
            return
        session = AgiSession(wire, request, self._limits.margin)
        self._running[wire] = self.loop.create_task(self._run(handler, session, wire))

    def closed(self, wire: Wire) -> None:
        """Forget a connection (called by the wire); a hanging script does not outlive it long."""
        self._wires.discard(wire)
        self._waiting.pop(wire, None)
        if (task := self._running.get(wire)) is not None:
            self.loop.call_later(self._limits.margin, task.cancel)

    def _wire(self) -> Wire:
        return Wire(self, self._limits.header_seconds, self._limits.header_bytes)

    async def _run(self, handler: Handler, session: AgiSession, wire: Wire) -> None:
        """Run a handler to its end. Whatever end it is, the socket closes and the dialplan goes
        on; the last variable a script sets tells it whether to trust us."""
        try:
            await handler(session)
        except HungUp:
            pass
        except Exception:
            request = session.request
            log.exception("agi_handler_failed", script=request.script, call=request.uniqueid)
        finally:
            del self._running[wire]
            wire.close(self._limits.margin)

    def _drop(self, wire: Wire) -> None:
        self._waiting.pop(wire, None)
        self._dropped += 1
        wire.abort()

    def _sweep(self) -> None:
        """One timer for all deadlines: a timer for each command would cost more than the
        command."""
        now = self.loop.time()
        late = [wire for wire in self._wires if wire.deadline < now]
        self._dropped += sum(wire.overdue() for wire in late)
        if self._dropped:
            log.warning("agi_strangers_dropped", connections=self._dropped)
            self._dropped = 0
        self._timer = self.loop.call_later(self._limits.tick, self._sweep)


async def start_server(
    handlers: Mapping[str, Handler],
    host: str,
    port: int,
    *,
    reuse_port: bool = True,
    limits: Limits | None = None,
) -> Server:
    """Listen for Asterisk and run the handler named by each request's script path.

    Raises HotlineError when the port cannot be had.
    """
    server = Server(handlers, limits or Limits())
    await server.listen(host, port, reuse_port=reuse_port)
    return server
