"""What a replay needs of this hotline: flows, sounds, calendar and rules, read once."""

from collections.abc import Callable
from dataclasses import dataclass, field

from core.clock import local_day, utc_now
from core.errors import HotlineError
from core.settings import Settings
from foresight.replay.invented import invent_day
from foresight.replay.past import PastCall, PastDay
from foresight.replay.question import Answer, Question, answer
from foresight.replay.run import Surroundings
from ivr.catalogue import main_alias
from ivr.compiler import compile_flow
from ivr.flow import Flow
from ivr.inventory import UNJUDGED
from ivr.published import NothingPublished, published_file, read_published
from ivr.sounds import load_sounds
from ivr.stocktaking import take_stock
from ivr.timetable_file import load_timetable
from ivr.written import Written, find_written
from queues.definitions import load_queues
from queues.ledger.facts import Rules
from tickets.calendar import load_workdays


@dataclass(slots=True)
class Stage:
    """This hotline's flows and surroundings; flows that calls ran on are read as they are met."""

    settings: Settings
    around: Surroundings
    _flows: dict[str, Flow] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Settings) -> "Stage":
        """Read the configuration. Raises ConfigError."""
        return cls(
            settings,
            Surroundings(
                sounds=load_sounds(settings),
                workdays=load_workdays(settings.config_dir / "calendar.toml"),
                timetable=load_timetable(settings),
                rules=Rules.of(settings),
                room={queue.name: queue.max_waiting for queue in load_queues(settings)},
            ),
        )

    def draft(self, written: Written) -> Flow:
        """Judge a flow as publishing would. Raises ConfigError with line and sentence."""
        inventory = take_stock(self.settings)
        return compile_flow(written.text, written.path, written.name, inventory)

    def published(self) -> Flow:
        """Return the version that the hotline's own number leads to; before anything is published,
        what would be. Raises ConfigError, UnknownFlow."""
        alias = main_alias(self.settings)
        try:
            pinned = read_published(published_file(self.settings)).aliases[alias].pinned
        except (NothingPublished, KeyError):
            return self._flow(alias)
        return self._flow(f"{pinned.flow}@{pinned.version}")

    def ran_on(self, past: PastCall) -> Flow:
        """Return the flow a call ran on; where it is not kept any more, the published one."""
        try:
            return self._flow(past.flow) if past.flow else self.published()
        except HotlineError:
            return self.published()

    async def invent(self, seed: int) -> PastDay:
        """Invent today, as it might be."""
        today = local_day(utc_now())
        return await invent_day(today, self.published(), self.around, seed)

    async def ask(
        self,
        question: Question,
        past: PastDay,
        progress: Callable[[int, int], None] = lambda done, of: None,
    ) -> Answer:
        """Answer what a draft and a staff would have done; see `answer`."""
        return await answer(question, past, self.ran_on, self.around, progress)

    def _flow(self, what: str) -> Flow:
        if what not in self._flows:
            written = find_written(self.settings, what)
            # It has run: nobody asks any more whether it may.
            self._flows[what] = compile_flow(written.text, written.path, written.name, UNJUDGED)
        return self._flows[what]
