"""What each agent has declared so far, line by line. Pure; the ledger keeps one book."""

from dataclasses import dataclass, field

from queues.agent_models import Change
from queues.agent_states import EXTENDED_WRAP_UP, Declared
from queues.definitions import SAME_AGENT
from queues.ledger.agent_lines import AgentLine


@dataclass(slots=True)
class Standing:
    """One agent: the reason of the pause in each queue they are in, None where there is none."""

    queues: dict[str, str | None] = field(default_factory=dict)
    reachable: bool = True

    @property
    def declared(self) -> Declared:
        """What the agent has declared."""
        if not self.queues:
            return Declared.OFFLINE
        # Paused in some queues only, or for the end of a talk, is no break.
        resting = all(why is not None and why != EXTENDED_WRAP_UP for why in self.queues.values())
        return Declared.BREAK if resting else Declared.AVAILABLE

    @property
    def reason(self) -> str:
        """Why every queue leaves the agent alone; '' when one does not."""
        reasons = list(self.queues.values())
        if not reasons or None in reasons:
            return ""
        return next((why for why in reasons if why), "")

    def take(self, line: AgentLine) -> None:
        """Take the next line. Only the switch's own words decide; ours say who meant it."""
        if line.queue == SAME_AGENT:
            return
        match line.change:
            case Change.JOINED:
                # Whoever signs in is there; what became of the phone before is over.
                self.reachable = self.reachable or not self.queues
                self.queues[line.queue] = "" if line.reason == "PAUSED" else None
            case Change.LEFT:
                self.queues.pop(line.queue, None)
            case Change.PAUSED:
                self.queues[line.queue] = line.reason
            case Change.UNPAUSED:
                self.queues[line.queue] = None
            case Change.UNREACHABLE | Change.REACHABLE:
                self.reachable = line.change is Change.REACHABLE
            case _:
                return
