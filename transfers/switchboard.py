"""One hand on the switch: sees every leg of every call and moves them. Used by `service`.

The acts are the keys that an agent could press, sent to the switch in their name, so that there is
one mechanism, with or without us.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from telephony.ami import Ami, AmiError, AmiEventsLost, Event
from transfers.board import EVENTS, HOLD_CONTEXT, Board, Channel

FILTERS = (f"^Event: ({'|'.join(EVENTS)})[^A-Za-z]",)
CONTEXT = "transfer"
# As in features.conf.
START, JOIN, HOLD, COMPLETE = "*7", "*3", "*4", "*2"
KEY_MILLISECONDS = 40
# Seconds in which the switch does what it was asked; beyond that it did not.
PATIENCE = 3.0


class Switchboard:
    """The picture of the legs, and the hands. Use `switchboard` to get one."""

    def __init__(self, ami: Ami) -> None:
        self._ami = ami
        self.board = Board()
        self._news = asyncio.Event()
        # What happened while the switch was listing its channels; None when nobody looks.
        self._meanwhile: list[Event] | None = None

    @property
    def connected(self) -> bool:
        """Whether the switch is there to be asked."""
        return self._ami.connected

    async def look(self) -> None:
        """Look at the whole switch anew. Raises AmiError."""
        self._meanwhile = []
        try:
            self.board.replace(await self._ami.list_action("CoreShowChannels"))
            for event in self._meanwhile:
                self.board.take(event)
        finally:
            self._meanwhile = None
        self._tell()

    async def follow(self) -> None:
        """Take what the switch tells, until cancelled."""
        with self._ami.events(*EVENTS) as events:
            while True:
                try:
                    async for event in events:
                        self._take(event)
                    return
                except AmiEventsLost:
                    await self.look()

    def _take(self, event: Event) -> None:
        self.board.take(event)
        if self._meanwhile is not None:
            self._meanwhile.append(event)
        self._tell()

    async def until(self, happened: Callable[[], bool], seconds: float = PATIENCE) -> bool:
        """Wait for the picture to show something; False when it does not in time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not happened():
                    self._news.clear()
                    await self._news.wait()
        return happened()

    async def press(self, channel: Channel, keys: str) -> None:
        """Let the switch take keys as if they were pressed on this leg's phone. Raises AmiError."""
        for key in keys:
            await self._ami.action(
                "PlayDTMF",
                Channel=channel.name,
                Digit=key,
                Duration=KEY_MILLISECONDS,
                Receive=True,
            )

    async def dial(self, agent: Channel, exten: str) -> None:
        """Let an agent consult `exten` of the transfer context, without asking them for keys."""
        await self._set(agent, "TRANSFER_EXTEN", exten)
        await self.press(agent, START)

    async def forget_dialled(self, agent: Channel) -> None:
        """Let the agent's own keys count again."""
        with contextlib.suppress(AmiError):
            await self._set(agent, "TRANSFER_EXTEN", "")

    async def _set(self, channel: Channel, variable: str, value: str) -> None:
        await self._ami.action("Setvar", Channel=channel.name, Variable=variable, Value=value)

    async def cancel(self, agent: Channel) -> None:
        """Take the caller back. Raises AmiError."""
        await self._ami.action("CancelAtxfer", Channel=agent.name)

    async def let_go(self, agent: Channel, exten: str) -> None:
        """Hand over at once, without waiting for an answer. Raises AmiError."""
        await self._ami.action("BlindTransfer", Channel=agent.name, Exten=exten, Context=CONTEXT)

    async def hang_up(self, channel: Channel) -> None:
        """End one leg. Raises AmiError."""
        await self._ami.action("Hangup", Channel=channel.name, Cause=16)

    async def hold(self, channel: Channel, agent: Channel) -> None:
        """Take a leg out of a talk with this agent, to music. Raises AmiError."""
        await self._set(channel, "HL_WITH", agent.name)
        await self._redirect(channel, "s")

    async def bring_back(self, channel: Channel) -> None:
        """Bring a leg on hold back to the others. Raises AmiError."""
        await self._redirect(channel, "back")

    async def _redirect(self, channel: Channel, exten: str) -> None:
        await self._ami.action(
            "Redirect", Channel=channel.name, Context=HOLD_CONTEXT, Exten=exten, Priority=1
        )

    def _tell(self) -> None:
        self._news.set()


@asynccontextmanager
async def switchboard(ami: Ami) -> AsyncIterator[Switchboard]:
    """Return a hand on a connected switch, for as long as it is needed. Raises AmiError."""
    board = Switchboard(ami)
    ami.on_reconnect(board.look)
    following = asyncio.create_task(board.follow(), name="transfers follow the switch")
    try:
        await board.look()
        yield board
    finally:
        following.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await following
