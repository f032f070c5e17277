"""What a person brings to a move: who they are, and what they say about it.

The guards of the table of moves judge these; what no guard asks for may stay empty.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from tickets.acts import Actor
from tickets.durations import Span
from tickets.life.words import (
    InvalidKind,
    OutsideCondition,
    ReturnReason,
    Secrecy,
    SupervisionCause,
)


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts, in which role; `unit` is the code of theirs when they act for one."""

    name: str
    role: Actor
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class TaskWish:
    """A unit that is to help, and how long it may take."""

    unit: str
    handle: Span


@dataclass(frozen=True, slots=True)
class Feedback:
    """A unit's answer: internal account, contact with the citizen, and whether it is solved."""

    account: str
    true: bool
    solved: bool
    unsolved_reason: str = ""
    contacted_at: datetime | None = None
    contacted_how: str = ""
    head: str = ""

    @property
    def complete(self) -> bool:
        """Whether nothing is missing that every answer must say."""
        return bool(self.account.strip()) and (self.solved or bool(self.unsolved_reason.strip()))


@dataclass(frozen=True, slots=True)
class Facts:
    """What is said with a move. Spans of extension are counted from the present deadline."""

    reason: str = ""
    basis: str = ""
    answer: str = ""
    article: str = ""
    invalid: InvalidKind | None = None
    confirmed_by: tuple[str, ...] = ()
    lawful_route: str = ""
    return_reason: ReturnReason | None = None
    lead: str | None = None
    co: tuple[str, ...] = ()
    tasks: tuple[TaskWish, ...] = ()
    secrecy: Secrecy | None = None
    duplicates_checked: bool = False
    consulted: bool = False
    extension: Span | None = None
    leader: str = ""
    citizen_told: bool = False
    condition: OutsideCondition | None = None
    review_on: date | None = None
    feedback: Feedback | None = None
    public_reply: str = ""
    delivered_by: str = ""
    satisfied: bool | None = None
    solved: bool | None = None
    reasonable: bool = True
    evidence: str = ""
    cause: SupervisionCause | None = None
    main: str | None = None
    own_words: str = ""
    partner_receipt: str = ""
    notes: dict[str, str] = field(default_factory=dict)
