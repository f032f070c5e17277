"""follow-up: a citizen has picked up an automatic call and is asked three questions.

First whether it is them: nothing of the matter is said before. Each answer is in the journal the
moment it is pressed, so that a citizen who hangs up half-way has said what they have said.
"""

from collections.abc import Sequence

from agi_scripts.agi_channel import AgiChannel
from core.phone import plain_number
from ivr.desk import Desk
from queues.journal import JournalKind
from queues.outbound.story import ASKED
from queues.outbound.words import ANSWERS, Question
from recordings.spoken import digits_pieces
from telephony.agi import AgiSession

LANGUAGE = "zh"
# Seconds for a key, and for the reason of somebody who is dissatisfied.
_KEY, _REASON = 6.0, 20.0
_TIMES = 2
_YES = "1"
_BAD = ("4", "5")


async def follow_up(desk: Desk, session: AgiSession) -> None:
    """Ask, write down, thank. Whatever goes wrong leaves HOTLINE_DONE unset."""
    uid, tail, *_ = (*session.request.args, "", "")
    with desk.serving(uid):
        await Interview(desk, uid, AgiChannel(session, desk.patience)).run(tail)


class Interview:
    """One citizen and the questions."""

    def __init__(self, desk: Desk, uid: str, channel: AgiChannel) -> None:
        self._desk = desk
        self._uid = uid
        self._channel = channel

    async def run(self, tail: str) -> None:
        """Go through the questions; `tail` are the digits by which citizens know their ticket."""
        self._note(ASKED)
        digits = digits_pieces(tail, LANGUAGE) if plain_number(f"000{tail}") else []
        who = await self._ask(Question.IDENTITY, ["follow-up-greeting", *digits, "follow-up-who"])
        if who == _YES:
            marks = [
                await self._ask(question, [f"follow-up-{question}"])
                for question in (Question.SOLVED, Question.HANDLING, Question.SERVICE)
            ]
            if set(marks[1:]) & set(_BAD):
                await self._channel.collect(self._paths(["follow-up-reason"]), 1, _REASON, _KEY)
        await self._channel.play(self._paths(["survey-thanks" if who else "follow-up-bye"]))
        await self._channel.set_next({"HOTLINE_DONE": "1"})

    async def _ask(self, question: Question, prompts: Sequence[str]) -> str:
        """Return the key that answers, "" when none of two times did."""
        for again in range(_TIMES):
            said = ["follow-up-again", *prompts] if again else prompts
            key = (await self._channel.collect(self._paths(said), 1, _KEY, _KEY)).value
            if key and key in ANSWERS[question]:
                self._note(question, key)
                return key
        return ""

    def _note(self, question: str, key: str = "") -> None:
        journal = self._desk.equipment.journal
        journal.write(self._uid, JournalKind.OUTBOUND_ANSWER, question=question, key=key)
        journal.flush()

    def _paths(self, prompts: Sequence[str]) -> list[str]:
        return [str(self._desk.equipment.prompts.path(one, LANGUAGE)) for one in prompts]
