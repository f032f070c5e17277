"""A phone that takes calls: what it does with each is its behaviour."""

import asyncio
from contextlib import suppress
from enum import StrEnum

from phones.calls import AgentCall
from phones.errors import PhoneError, PhoneTimeoutError
from phones.phone import Phone
from phones.states import CallState
from phones.stream import Address


class Behaviour(StrEnum):
    """What a phone does when it is called; RING rings until the test or the caller acts."""

    ANSWER = "answer"
    RING = "ring"
    REJECT = "reject"
    BUSY = "busy"


REFUSES_WITH = {Behaviour.REJECT: 603, Behaviour.BUSY: 486}


class Callee(Phone):
    """Takes calls one after another; `next_call` gives them to whoever wants to watch them."""

    def __init__(
        self,
        name: str,
        server: Address,
        local_ip: str,
        local_port: int,
        tone: int,
        behaviour: Behaviour | str,
        answer_after: float,
    ) -> None:
        super().__init__(name, server, local_ip, local_port, tone)
        self.behaviour = Behaviour(behaviour)
        self.answer_after = answer_after
        self.calls: list[AgentCall] = []
        self._arrivals: asyncio.Queue[AgentCall] = asyncio.Queue()
        self._answering: set[asyncio.Task[None]] = set()

    async def next_call(self, seconds: float = 10.0) -> AgentCall:
        """Wait for the next call that came to this phone. Raises PhoneTimeoutError."""
        try:
            return await asyncio.wait_for(self._arrivals.get(), seconds)
        except TimeoutError:
            raise PhoneTimeoutError(self.name, "call", seconds, str(self.timeline)) from None

    @property
    def current(self) -> AgentCall:
        """The call that stands now. Raises PhoneError when there is none."""
        for call in reversed(self.calls):
            if call.state == CallState.TALKING:
                return call
        raise PhoneError(f"{self.name} is not in a call. What happened: {self.timeline}")

    def refusal_of(self, call: AgentCall) -> int | None:
        """Return the SIP status with which this call is refused, None when it is taken."""
        return REFUSES_WITH.get(self.behaviour)

    def called(self, call: AgentCall) -> None:
        """Do with a call what the behaviour says."""
        refusal = self.refusal_of(call)
        self.calls.append(call)
        self._arrivals.put_nowait(call)
        if refusal is not None:
            return call.refuse(refusal)
        call.ring()
        if self.behaviour == Behaviour.ANSWER:
            task = asyncio.create_task(self._answer(call), name=f"{self.name} answers")
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)
        return None

    async def _answer(self, call: AgentCall) -> None:
        await asyncio.sleep(self.answer_after)
        if call.state == CallState.RINGING:
            self.tell("ANSWER", call.call_id)

    async def close(self) -> None:
        """End everything of the phone."""
        for task in list(self._answering):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await super().close()
