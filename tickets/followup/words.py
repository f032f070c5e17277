"""The closed lists of words in which a follow-up is told."""

from enum import IntEnum, StrEnum


class Mark(IntEnum):
    """The five levels of 好差评, as their keys are pressed."""

    VERY_SATISFIED = 1
    SATISFIED = 2
    FAIRLY_SATISFIED = 3
    DISSATISFIED = 4
    VERY_DISSATISFIED = 5

    @property
    def good(self) -> bool:
        """Whether it counts as satisfied."""
        return self <= Mark.FAIRLY_SATISFIED


class Solved(StrEnum):
    """Whether the matter is solved, in the citizen's own view."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class Means(StrEnum):
    """By what the citizen was asked."""

    PERSON = "person"  # 人工回访
    AUTOMATIC = "automatic"  # 语音回访
    MESSAGE = "message"  # 短信回访


class Ending(StrEnum):
    """What became of one attempt."""

    ANSWERED = "answered"
    PARTLY_ANSWERED = "partly-answered"
    NO_ANSWER = "no-answer"
    BUSY = "busy"
    HUNG_UP = "hung-up"
    WRONG_NUMBER = "wrong-number"
    FAILED = "failed"  # ours or the phone company's fault; the citizen's phone may not have rung

    @property
    def reached(self) -> bool:
        """Whether somebody spoke with us."""
        return self in (Ending.ANSWERED, Ending.PARTLY_ANSWERED)


class NotDue(StrEnum):
    """Why a ticket gets no follow-up."""

    TYPE = "type"
    NOT_IN_SAMPLE = "not-in-sample"
    NO_CONSENT = "no-consent"
    NO_NUMBER = "no-number"


class Referred(StrEnum):
    """Why a person has to look at a follow-up that was answered."""

    PARTLY_ANSWERED = "partly-answered"
    CONTENT_UNSOLVED = "content-but-unsolved"
    REDOS_USED_UP = "redos-used-up"
    NOT_BY_MACHINE = "not-by-machine"  # a machine cannot ask, or must not again
