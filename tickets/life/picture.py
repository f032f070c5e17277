"""A ticket with all that a move looks at and changes, locked until the transaction ends."""

from dataclasses import dataclass, field
from datetime import datetime

from tickets.city import City
from tickets.life.facts import Facts, Person
from tickets.life.models import Follower, Hop, Matter, RunningClock, Task
from tickets.life.words import ClockKind, TaskRole
from tickets.limits import Limits
from tickets.models import Ticket


@dataclass(slots=True)
class Picture:
    """The rows of one ticket. `tasks` were open when it was loaded; `clocks` are all, by age.

    `followers` are the citizens whose tickets were merged into this one.
    """

    ticket: Ticket
    matter: Matter
    tasks: list[Task]
    clocks: list[RunningClock]
    hop: Hop | None
    followers: list[Follower] = field(default_factory=list)

    @property
    def lead_task(self) -> Task | None:
        """The one open lead task."""
        open_ = (task for task in self.tasks if task.ended_at is None)
        return next((task for task in open_ if task.role is TaskRole.LEAD), None)

    def clock(self, kind: ClockKind) -> RunningClock | None:
        """The newest clock of a kind, running or stopped."""
        return next((clock for clock in reversed(self.clocks) if clock.kind is kind), None)

    def running(self) -> list[RunningClock]:
        """The clocks that have not been stopped, those that pause among them."""
        return [clock for clock in self.clocks if clock.stopped_at is None]

    @property
    def dispatched_at(self) -> datetime | None:
        """When the present lead got it: the handling clock starts at dispatch, not at signing."""
        clock = self.clock(ClockKind.HANDLE)
        return clock.started_at if clock else None


@dataclass(frozen=True, slots=True)
class Case:
    """A move about to be judged: the ticket, who wants it, what they say, and when."""

    picture: Picture
    person: Person
    facts: Facts
    at: datetime
    city: City
    main: Picture | None = None

    @property
    def limits(self) -> Limits:
        """The limits of the matter's type and urgency; none before it has a type."""
        matter = self.picture.matter
        if matter.type is None:
            return Limits()
        return self.city.rules.limits_for(matter.type, matter.urgency)

    @property
    def lead(self) -> str | None:
        """The unit that leads after this move."""
        return self.facts.lead or self.picture.matter.lead
