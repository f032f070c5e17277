"""An agent's phone: registers with the exchange, takes calls, dials the log-in codes."""

from phones.callee import Behaviour, Callee
from phones.calls import AgentCall, Call
from phones.orders import Report
from phones.registration import Registrar
from phones.states import Ending
from phones.stream import Address

BUSY_HERE = 486


class Agent(Callee):
    """A phone with one line: while it talks or rings, a second caller hears that it is busy."""

    def __init__(
        self,
        number: str,
        password: str,
        server: Address,
        local_ip: str = "127.0.0.1",
        local_port: int = 0,
        tone: int = 800,
        behaviour: Behaviour | str = Behaviour.ANSWER,
        answer_after: float = 0.2,
    ) -> None:
        super().__init__(
            f"agent {number}", server, local_ip, local_port, tone, behaviour, answer_after
        )
        self.number = number
        self._password = password
        self._registrar = Registrar(self)

    async def register(self) -> None:
        """Register by digest; starts the phone when it is not on. Raises NotRegisteredError."""
        await self.start()
        await self._registrar.register(self.number, self._password)

    async def unregister(self) -> None:
        """Tell the exchange that this phone is gone. Raises NotRegisteredError."""
        await self._registrar.register(self.number, self._password, expires=0)

    def dial(self, to: str) -> Call:
        """Place a call as this agent, with digest when the exchange asks for it."""
        caller = f"<sip:{self.number}@{self.server[0]}>".encode()
        return self.place(to, caller, self.number, self._password)

    async def hold(self) -> None:
        """Put the current call on hold."""
        await self.current.hold()

    async def resume(self) -> None:
        """Take the current call back."""
        await self.current.resume()

    async def hangup(self) -> Ending:
        """Hang up the current call."""
        return await self.current.hang_up()

    def refusal_of(self, call: AgentCall) -> int | None:
        """Refuse when the behaviour says so or the one line is in use."""
        return BUSY_HERE if self.busy_besides(call) else super().refusal_of(call)

    def heard_elsewhere(self, report: Report) -> None:
        """Reports about no call are about the registration."""
        self._registrar.hear(report)
