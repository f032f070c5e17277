"""What follows from a citizen's three answers: a pure decision."""

from dataclasses import dataclass
from enum import StrEnum

from tickets.followup.words import Mark, Means, Referred, Solved


@dataclass(frozen=True, slots=True)
class Answers:
    """What a citizen said: how we served them, how the unit handled it, whether it is solved."""

    service: Mark | None = None
    handling: Mark | None = None
    solved: Solved | None = None
    reason: str = ""

    @property
    def dissatisfied(self) -> bool:
        """Whether one of the marks is bad, so that a reason is asked for."""
        return any(mark is not None and not mark.good for mark in (self.service, self.handling))

    @property
    def satisfied(self) -> bool | None:
        """The word of the ticket: about the handling, since the service is ours."""
        return None if self.handling is None else self.handling.good


NOTHING = Answers()


class Verdict(StrEnum):
    """What is to be done."""

    ARCHIVE = "archive"
    REDO = "redo"
    REFER = "refer"


def judge(said: Answers, means: Means) -> tuple[Verdict, Referred | None]:
    """Return what follows, and why a person must look when one must.

    Dissatisfied and not wholly solved is done again. Content although nothing is solved is for a
    person to understand, and theirs to archive once they have.
    """
    if said.handling is None or said.solved is None:
        return Verdict.REFER, Referred.PARTLY_ANSWERED
    if not said.handling.good:
        redo = said.solved is not Solved.YES
        return (Verdict.REDO if redo else Verdict.ARCHIVE), None
    if said.solved is Solved.NO and means is not Means.PERSON:
        return Verdict.REFER, Referred.CONTENT_UNSOLVED
    return Verdict.ARCHIVE, None
