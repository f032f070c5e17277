"""Agents in numbers behind one sipp, for benchmarks: they answer, stay, hang up by themselves."""

import asyncio
import random
from collections.abc import Mapping
from contextlib import suppress

from phones.calls import AgentCall
from phones.errors import PhoneError, PhoneTimeoutError
from phones.media import Media
from phones.orders import Report
from phones.phone import Phone
from phones.registration import Registrar
from phones.stream import Address

BUSY_HERE = 486
TALK_LIMIT = 3600.0
ENROL_AT_ONCE = 8


class AgentPool(Phone):
    """Registers every number of `accounts` (number → password) and answers after `answer_after`.

    The agents hang up after `talk_seconds` when the other side has not done so before; with
    `spread` 0.5 after half as long to half as long again, at random. Each number has one line.
    Nothing heard is kept; tests of who hears whom use Agent.
    """

    def __init__(
        self,
        accounts: Mapping[str, str],
        server: Address,
        local_ip: str = "127.0.0.1",
        tone: int = 800,
        answer_after: float = 0.2,
        talk_seconds: float = TALK_LIMIT,
        spread: float = 0.0,
    ) -> None:
        super().__init__(f"pool of {len(accounts)} agents", server, local_ip, tone=tone)
        self.media = Media(local_ip, deaf=True)
        self.answer_after = answer_after
        self.talk_seconds = talk_seconds
        self.spread = spread
        self._random = random.Random(1)  # noqa: S311 - lengths of talks
        self.answered = 0
        self._accounts = dict(accounts)
        self._registrar = Registrar(self)
        self._in_use: set[str] = set()
        self._serving: set[asyncio.Task[None]] = set()

    async def register(self) -> None:
        """Register every number; starts the pool when it is not on. Raises NotRegisteredError."""
        await self.start()
        gate = asyncio.Semaphore(ENROL_AT_ONCE)

        async def enrol(number: str, password: str) -> None:
            async with gate:
                await self._registrar.register(number, password)

        await asyncio.gather(*(enrol(*account) for account in self._accounts.items()))

    @property
    def busy(self) -> int:
        """How many agents ring or talk now."""
        return len(self._in_use)

    def called(self, call: AgentCall) -> None:
        """Serve the call when its agent is free."""
        if call.called_number in self._in_use:
            call.refuse(BUSY_HERE)
            self.forget(call)
            return
        self._in_use.add(call.called_number)
        task = asyncio.create_task(self._serve(call), name=f"agent {call.called_number}")
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, call: AgentCall) -> None:
        call.ring()
        try:
            with suppress(PhoneError):  # the caller may leave at any moment
                await self._answer(call)
        finally:
            self._in_use.discard(call.called_number)
            self.forget(call)

    async def _answer(self, call: AgentCall) -> None:
        with suppress(PhoneTimeoutError):
            await call.hung_up(self.answer_after)
            return
        await call.answer()
        self.answered += 1
        try:
            await call.hung_up(self._talk_seconds())
        except PhoneTimeoutError:
            await call.hang_up()

    def _talk_seconds(self) -> float:
        return self.talk_seconds * self._random.uniform(1 - self.spread, 1 + self.spread)

    def heard_elsewhere(self, report: Report) -> None:
        """Reports about no call are about a registration."""
        self._registrar.hear(report)

    async def close(self) -> None:
        """End the pool."""
        for task in list(self._serving):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await super().close()
