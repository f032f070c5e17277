"""A partner's line such as 110 or 12348, reached through the trunk and not registered."""

from phones.callee import Behaviour, Callee
from phones.calls import AgentCall
from phones.stream import Address

NOT_FOUND = 404
_NOBODY: Address = ("127.0.0.1", 5060)  # a partner only takes calls


class Partner(Callee):
    """Takes any number of calls to its numbers at a fixed port; other numbers do not exist."""

    def __init__(
        self,
        numbers: set[str],
        local_ip: str = "127.0.0.2",
        port: int = 5060,
        tone: int = 1100,
        behaviour: Behaviour | str = Behaviour.ANSWER,
        answer_after: float = 0.2,
    ) -> None:
        name = f"partner {'/'.join(sorted(numbers))}"
        super().__init__(name, _NOBODY, local_ip, port, tone, behaviour, answer_after)
        self.numbers = frozenset(numbers)

    def refusal_of(self, call: AgentCall) -> int | None:
        """Refuse numbers that are not ours, then what the behaviour refuses."""
        return super().refusal_of(call) if call.called_number in self.numbers else NOT_FOUND
