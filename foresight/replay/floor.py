"""The room with the agents: who is rung next, and who leaves the line before that.

Every agent serves every queue: first the highest priority, then the longest wait. An agent is busy
from the first ring to the end of the work after the talk, and goes home only when free.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from heapq import heappop, heappush
from itertools import count

from foresight.replay.agenda import Agenda
from foresight.replay.roster import Roster


@dataclass(slots=True, eq=False)
class Waiting:
    """One visit to a queue. `ring` and `busy` are seconds: until an agent hears the caller, and
    from then until the agent is free again. `answered` and `sent_away` are told to the call."""

    priority: int
    ring: float
    busy: float
    answered: Callable[[], None]
    sent_away: Callable[[], None]
    over: bool = False
    ringing: bool = False


class Floor:
    """The agents of a day and the line before them; `waiting` is how long the line is."""

    def __init__(self, roster: Roster, agenda: Agenda) -> None:
        self._agenda = agenda
        self._line: list[tuple[int, int, Waiting]] = []
        self._order = count()
        self._busy = 0
        self.waiting = 0
        self.on_duty = 0
        for at, agents in roster.steps:
            agenda.note(at, partial(self._change, agents))

    def join(self, visit: Waiting) -> None:
        """Wait at the end of those of the same priority."""
        heappush(self._line, (-visit.priority, next(self._order), visit))
        self.waiting += 1
        self._serve()

    def leave(self, visit: Waiting) -> None:
        """Wait no longer; a phone that rings for this caller falls silent."""
        visit.over = True
        if visit.ringing:
            self._free()
        else:
            self.waiting -= 1

    def _serve(self) -> None:
        while self._busy < self.on_duty and self._line:
            _, _, visit = heappop(self._line)
            if visit.over:
                continue
            self.waiting -= 1
            self._busy += 1
            visit.ringing = True
            self._agenda.note(self._agenda.now + visit.ring, partial(self._answer, visit))

    def _answer(self, visit: Waiting) -> None:
        if visit.over:
            return
        visit.over = True
        self._agenda.note(self._agenda.now + visit.busy, self._free)
        visit.answered()

    def _free(self) -> None:
        self._busy -= 1
        self._serve()

    def _change(self, agents: int) -> None:
        """Some come or go; when nobody is left, the line is sent away."""
        self.on_duty = agents
        self._serve()
        if not agents:
            line, self._line = self._line, []
            for _, _, visit in sorted(line, key=lambda one: one[:2]):
                if not visit.over:
                    self.leave(visit)
                    visit.sent_away()
