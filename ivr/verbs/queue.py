"""queue: wait for a human. The session ends here; keys stay alive while waiting."""

from dataclasses import dataclass
from typing import ClassVar

from ivr.call import Call, Known
from ivr.counting import fresh_news, offer
from ivr.fields import Priority, PromptId, QueueName, Seconds, Switch
from ivr.inventory import music_class
from ivr.outcomes import KEY_OUTCOMES, Outcome
from ivr.results import Chose, Next, NextStep
from ivr.verb import Verb, verb


@verb
@dataclass(frozen=True, slots=True)
class Queue(Verb):
    """`greeting` plays as the first of the music, when the caller waits already (国标: no added
    wait). It is not repeated on a return, unless the flow empties the variable `heard`. With
    `incidents` the announcements on air follow it, once in a call, and their keys are live.
    """

    name: ClassVar[str] = "queue"
    outcomes: ClassVar[tuple[str, ...]] = (
        Outcome.ANSWERED,
        Outcome.TIMEOUT,
        Outcome.FULL,
        Outcome.NO_AGENT,
        Outcome.LEFT_EMPTY,
        Outcome.GONE,
        Outcome.CLOSED,
    )
    stays: ClassVar[tuple[str, ...]] = tuple(KEY_OUTCOMES.values())
    takes_keys: ClassVar[bool] = True
    leaves: ClassVar[bool] = True

    queue: QueueName
    greeting: PromptId = ""
    timeout: Seconds = 180
    priority: Priority = 0
    incidents: Switch = False
    keys: str = ""

    async def run(self, call: Call) -> NextStep | Chose:
        """Say where to wait, how far ahead, and with what music; outside its hours nobody is."""
        if not self._is_open(call):
            return Chose(Outcome.CLOSED)
        language, greeting = call.language, call.once(self.greeting)
        news = self._news(call, language)
        return NextStep(
            Next.QUEUE,
            {
                "HOTLINE_QUEUE": self.queue,
                "HOTLINE_MUSIC": _music(language, greeting, news),
                "HOTLINE_TIMEOUT": f"{self.timeout:.0f}",
                "HOTLINE_PRIORITY": str(self._priority(call.variables)),
                "HOTLINE_LANG": language,
            },
        )

    def _is_open(self, call: Call) -> bool:
        desk = call.equipment
        if self.queue not in desk.timetable.queues:
            return True
        return desk.timetable.of_queue(self.queue, desk.now(), desk.workdays).is_open

    def _news(self, call: Call, language: str) -> bool:
        """Let the caller hear what is on air while they wait already; it costs them no second."""
        news = fresh_news(call) if self.incidents else ()
        if not news or not call.equipment.board.bring_into_queue(language, news):
            return False
        offer(call, news)
        return True

    def _priority(self, variables: dict[str, str]) -> int:
        """Whoever was let ahead once stays ahead, whichever way they come back."""
        kept = variables.get(Known.PRIORITY, "")
        priority = max(self.priority, int(kept) if kept.isdecimal() else 0)
        if priority:
            variables[Known.PRIORITY] = str(priority)
        return priority


def _music(language: str, greeting: list[str], news: bool) -> str:
    return music_class(language, "".join(greeting), news) if greeting or news else ""
