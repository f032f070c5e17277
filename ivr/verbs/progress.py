"""progress: "how far is my matter?", asked with the query code (查询码) and answered from pieces.

The only verb that waits for the database, with a limit; whatever goes wrong leads to a human.
"""

from dataclasses import dataclass
from typing import ClassVar

import structlog

from ivr.call import Call, Known
from ivr.fields import PromptId, Seconds, Tries
from ivr.outcomes import Outcome
from ivr.progress import Answer, LookupFailed, Progress, Withheld, as_prompts, within_limit
from ivr.results import Chose
from ivr.verb import Verb, verb

log = structlog.get_logger()

CODE_DIGITS, TAIL_DIGITS, TAIL_TRIES = 6, 4, 2
# Over all visits of one call: whoever guesses codes shall talk to somebody.
MOST_QUERIES = 5
OWN_NUMBER = "*"
OPTIONS = {"1": Outcome.URGE, "2": Outcome.SUPPLEMENT, "0": Outcome.HUMAN}


@verb
@dataclass(frozen=True, slots=True)
class AskProgress(Verb):
    """Six digits and #, or * for the newest ticket of this phone. From another phone than the
    registered one its last four digits are asked for as well."""

    name: ClassVar[str] = "progress"
    outcomes: ClassVar[tuple[str, ...]] = (
        Outcome.SERVED,
        Outcome.URGE,
        Outcome.SUPPLEMENT,
        Outcome.HUMAN,
    )
    by_caller: ClassVar[tuple[str, ...]] = (Outcome.SERVED, Outcome.URGE, Outcome.SUPPLEMENT)

    ask: PromptId = "progress-ask"
    tail: PromptId = "progress-tail"
    wrong: PromptId = "progress-wrong"
    human: PromptId = "progress-human"
    options: PromptId = "progress-options"
    tries: Tries = 3
    first: Seconds = 8
    between: Seconds = 4

    async def run(self, call: Call) -> Chose:
        """Ask, look up, read out, and offer to urge, to add, or to speak to a human."""
        try:
            answer = await self._find(call)
        except LookupFailed as fault:
            log.warning("progress_lookup_failed", call=call.uid, fault=str(fault))
            return await self._ask_a_human(call)
        match answer:
            case Progress():
                return await self._read_out(call, answer)
            case Withheld():
                return await self._ask_a_human(call)
            case None:
                return Chose(Outcome.HUMAN)

    async def _ask_a_human(self, call: Call) -> Chose:
        await call.play(self.human)
        return Chose(Outcome.HUMAN)

    async def _find(self, call: Call) -> Answer:
        """Return a ticket, or None when the caller rather waits for a human."""
        for left in reversed(range(self.tries)):
            if not _may_ask_again(call):
                return None
            code = await call.ask_digits(
                self.ask, CODE_DIGITS, self.first, self.between, OWN_NUMBER
            )
            if not code:
                return None
            answer = await self._look_up(call, code)
            if answer is not None:
                return answer
            if left:
                await call.play(self.wrong)
        return None

    async def _look_up(self, call: Call, code: str) -> Answer:
        tickets = call.equipment.tickets
        if tickets is None:
            raise LookupFailed("this process has no way to the tickets")
        call.note("asked", code=code)
        if code == OWN_NUMBER:
            return await within_limit(tickets.newest(call.caller)) if call.caller else None
        if len(code) != CODE_DIGITS or not code.isdigit():
            return None
        answer = await within_limit(tickets.by_code(call.caller, code))
        if answer is Withheld.OTHER_PHONE:
            return await self._by_tail(call, code)
        return answer

    async def _by_tail(self, call: Call, code: str) -> Answer:
        tickets = call.equipment.tickets
        assert tickets is not None  # noqa: S101 - it has just answered
        for _ in range(TAIL_TRIES):
            tail = await call.ask_digits(self.tail, TAIL_DIGITS, self.first, self.between)
            if len(tail) == TAIL_DIGITS and tail.isdigit():
                answer = await within_limit(tickets.by_tail(code, tail))
                if answer is not None:
                    return answer
        return Withheld.OTHER_PHONE

    async def _read_out(self, call: Call, progress: Progress) -> Chose:
        call.note("served", what="progress")
        said = [*as_prompts(progress, call.language), self.options]
        key = await call.ask_key(said, self.between)
        return Chose(OPTIONS.get(key, Outcome.SERVED), key)


def _may_ask_again(call: Call) -> bool:
    asked = call.variables.get(Known.ASKED, "")
    times = int(asked) if asked.isdecimal() else 0
    call.variables[Known.ASKED] = str(times + 1)
    return times < MOST_QUERIES
