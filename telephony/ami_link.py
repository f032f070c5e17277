"""Stays connected to the switch's manager interface: logs in, listens for silence, comes back.

Used by `ami`, which says what is asked; this says through which connection.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from telephony.ami_backoff import Backoff
from telephony.ami_errors import AmiDown, AmiError, AmiLoginRefused
from telephony.ami_message import Event, Response
from telephony.ami_wire import Connection

LOGIN_PATIENCE = 5.0
PROVEN_AFTER = 10.0
"""Seconds after which a connection counts as good and waiting times begin anew."""

Hook = Callable[[], Awaitable[None]]
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Door:
    """Where the switch is, who we are there, and how patient we are with it (seconds)."""

    host: str
    port: int
    user: str
    secret: str = field(repr=False)
    classes: str = "on"
    filters: tuple[str, ...] = ()
    ping_every: float = 5.0
    patience: float = 10.0


class Link:
    """The one connection that is in use now, replaced by a new one whenever it breaks."""

    def __init__(self, door: Door, publish: Callable[[Event], None], backoff: Backoff) -> None:
        self._door = door
        self._publish = publish
        self._backoff = backoff
        self._connection: Connection | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._why_down = "it was never connected"
        self.hooks: list[Hook] = []

    @property
    def connection(self) -> Connection | None:
        """The connection, or None while there is none."""
        if self._connection is None or self._connection.lost.is_set():
            return None
        return self._connection

    @property
    def why_down(self) -> str:
        """Why there is no connection."""
        return self._why_down or (self._connection.reason if self._connection else "")

    async def connect(self, *, patiently: bool) -> None:
        """Log in and stay so; `patiently` tries for ever, else the first failure is raised."""
        self._use(await (self._open_patiently() if patiently else self._open()))
        self._spawn(self._keep())

    async def close(self) -> None:
        """End the connection for good."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._connection is not None:
            await _drop(self._connection, "it was closed")

    async def _open(self) -> Connection:
        connection = Connection(self._door.host, self._door.port, self._publish)
        try:
            await connection.open(LOGIN_PATIENCE)
            await self._log_in(connection)
        except BaseException:
            await _drop(connection, "the login failed")
            raise
        return connection

    async def _log_in(self, connection: Connection) -> None:
        door = self._door
        login = {"Username": door.user, "Secret": door.secret, "Events": door.classes}
        response = Response((await connection.ask("Login", login, timeout=LOGIN_PATIENCE))[0])
        if not response.success:
            raise AmiLoginRefused(
                f"The switch at {connection.place} refused our login as {door.user}"
                f" ({response.message}): its manager.conf does not hold our secret."
            )
        for regex in door.filters:
            # The switch forgets a filter with its connection. Without one it says more, not less.
            filter_ = {"Operation": "Add", "Filter": regex}
            await connection.ask("Filter", filter_, timeout=LOGIN_PATIENCE)

    async def _open_patiently(self) -> Connection:
        while True:
            try:
                return await self._open()
            except AmiError as error:
                await self._wait_after(error)

    async def _wait_after(self, error: AmiError) -> None:
        refused = isinstance(error, AmiLoginRefused)
        wait = self._backoff.after_refusal() if refused else self._backoff.after_down()
        self._why_down = str(error)
        log.warning("ami.not_connected", reason=self._why_down, again_in=wait)
        await asyncio.sleep(wait)

    async def _keep(self) -> None:
        while self._connection is not None:
            await self._watch(self._connection)
            await self._wait_after(AmiDown(self._connection.reason))
            self._use(await self._open_patiently())
            log.info("ami.reconnected")
            for hook in self.hooks:
                self._spawn(_guarded(hook))

    def _use(self, connection: Connection) -> None:
        self._connection = connection
        self._why_down = ""

    async def _watch(self, connection: Connection) -> None:
        """Return when the connection is lost, by the switch's word or by its silence."""
        pings = 0
        while not await _lost_within(connection, self._door.ping_every):
            await self._ping(connection)
            pings += 1
            if pings * self._door.ping_every > PROVEN_AFTER:
                self._backoff.reset()

    async def _ping(self, connection: Connection) -> None:
        with contextlib.suppress(AmiDown):
            await connection.ask("Ping", {}, timeout=self._door.patience)
        # An answer may wait behind a long list; only a switch that says nothing at all is given up.
        if connection.silent_for >= self._door.patience:
            connection.fail(f"the switch was silent for {connection.silent_for:.1f} s")

    def _spawn(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _guarded(hook: Hook) -> None:
    try:
        await hook()
    except Exception:
        log.exception("ami.hook_failed")


async def _lost_within(connection: Connection, seconds: float) -> bool:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await connection.lost.wait()
    return connection.lost.is_set()


async def _drop(connection: Connection, reason: str) -> None:
    connection.fail(reason)
    if connection.protocol is not None:
        await connection.ended.wait()
