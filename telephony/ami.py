"""The switch's manager interface (AMI): ask it, tell it, hear from it.

Used by the live picture, by agents signing in and out, and by the command line. It is a live view
only: events of the time without a connection are lost, so history is never made from it.
"""

from datetime import datetime
from typing import Self

from core.settings import Settings
from telephony.ami_backoff import Backoff
from telephony.ami_errors import (
    AmiBadHeader,
    AmiDown,
    AmiError,
    AmiEventsLost,
    AmiLoginRefused,
    AmiRefused,
    AmiUnanswered,
)
from telephony.ami_events import Subscription
from telephony.ami_link import Door, Hook, Link
from telephony.ami_message import Event, HeaderValue, Response
from telephony.ami_wire import Connection

__all__ = [
    "Ami",
    "AmiBadHeader",
    "AmiDown",
    "AmiError",
    "AmiEventsLost",
    "AmiLoginRefused",
    "AmiRefused",
    "AmiUnanswered",
    "Backoff",
    "Event",
    "Response",
    "Subscription",
]

USER = "hotline"
"""Our account in manager.conf."""


class Ami:
    """One switch, connected until closed. Every action is sent at most once.

    `classes` are the kinds of event the switch should send ("on", "off" or "agent,call"); with
    `filters`, regular expressions of POSIX, only those that match one of them. After `ping_every`
    seconds the switch is pinged, and given up when it says nothing for `patience`.
    """

    def __init__(
        self,
        host: str,
        port: int,
        user: str,
        secret: str,
        *,
        classes: str = "on",
        filters: tuple[str, ...] = (),
        ping_every: float = 5.0,
        patience: float = 10.0,
        backoff: Backoff | None = None,
    ) -> None:
        door = Door(host, port, user, secret, classes, filters, ping_every, patience)
        self._link = Link(door, self._publish, backoff or Backoff())
        self._readers: list[Subscription] = []

    @classmethod
    def of(
        cls,
        settings: Settings,
        *,
        classes: str = "off",
        filters: tuple[str, ...] = (),
        ping_every: float = 5.0,
    ) -> Self:
        """Return the AMI, not yet connected, of this hotline's own switch."""
        port, secret = settings.ami_port, settings.secrets.ami
        return cls(
            "127.0.0.1",
            port,
            USER,
            secret,
            classes=classes,
            filters=filters,
            ping_every=ping_every,
        )

    @property
    def connected(self) -> bool:
        """Whether actions can be sent now."""
        return self._link.connection is not None

    @property
    def heard_at(self) -> datetime | None:
        """The last instant the switch showed life on the present connection; None without one."""
        connection = self._link.connection
        return connection.heard_at if connection else None

    def on_reconnect(self, hook: Hook) -> None:
        """Run `hook` after each reconnection: what was known of the switch is out of date."""
        self._link.hooks.append(hook)

    async def connect(self) -> None:
        """Connect and log in, and stay connected from now on.

        Raises AmiDown when the switch cannot be reached and AmiLoginRefused when it does not let us
        in; then nothing goes on in the background.
        """
        await self._link.connect(patiently=False)

    async def connect_when_up(self) -> None:
        """Connect as soon as the switch lets us, however long that takes, and stay connected."""
        await self._link.connect(patiently=True)

    async def close(self) -> None:
        """End the connection for good: no reconnection follows, and readers stop."""
        await self._link.close()
        for reader in self._readers:
            reader.end()

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def action(
        self,
        name: str,
        *,
        timeout: float = 5.0,  # noqa: ASYNC109 - the limit is part of what is asked
        check: bool = True,
        **headers: HeaderValue,
    ) -> Response:
        """Send one action, at most once, and return the switch's answer.

        Raises AmiDown (not done), AmiUnanswered (perhaps done), AmiBadHeader (not sent) and, when
        `check`, AmiRefused. Originate returns once the call is queued; its outcome is the event
        OriginateResponse.
        """
        if name == "Originate":
            # Otherwise the switch answers nobody on this connection until the phone is picked up.
            headers.setdefault("Async", True)
        answer = await self._switch(name).ask(name, headers, timeout=timeout)
        response = Response(answer[0])
        if check and not response.success:
            raise AmiRefused(name, response.message)
        return response

    async def list_action(
        self,
        name: str,
        *,
        timeout: float = 10.0,  # noqa: ASYNC109 - the limit is part of what is asked
        **headers: HeaderValue,
    ) -> list[Event]:
        """Ask for a list and return its items, without the event that closes it.

        Raises as `action` does; a list that breaks off raises AmiUnanswered, never half a list.
        """
        answer = await self._switch(name).ask(name, headers, timeout=timeout, listing=True)
        response = Response(answer[0])
        if not response.success:
            raise AmiRefused(name, response.message)
        if not response.opens_list:
            raise AmiRefused(name, f"it answered {response.message!r} instead of a list")
        return [Event(item) for item in answer[1:-1]]

    def events(self, *patterns: str) -> Subscription:
        """Listen, from now on, to events whose names match (`Queue*`); use it in a `with`."""
        reader = Subscription(patterns, self._readers.remove)
        self._readers.append(reader)
        return reader

    def _switch(self, name: str) -> Connection:
        connection = self._link.connection
        if connection is None:
            raise AmiDown(f"{name} was not sent, the switch is away: {self._link.why_down}.")
        return connection

    def _publish(self, event: Event) -> None:
        for reader in self._readers:
            reader.offer(event)
