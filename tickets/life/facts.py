"""What a person brings to a move: who they are, and what they say about it.

The guards of the table of moves judge these; what no guard asks for may stay empty. The same
classes read the API's JSON and the command line's words, so that both refuse the same nonsense.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator, ConfigDict, StringConstraints

from tickets.acts import Actor
from tickets.durations import Span, read_span
from tickets.life.words import (
    InvalidKind,
    OutsideCondition,
    ReturnReason,
    Secrecy,
    SupervisionCause,
)


def fit_to_store(text: str) -> str:
    """Take out NULs and halves of characters, which no database takes."""
    return text.replace("\0", "").encode(errors="replace").decode()


def _span(value: Any) -> Any:
    return read_span(value) if isinstance(value, str) else value


Word = Annotated[str, StringConstraints(max_length=100), AfterValidator(fit_to_store)]
Words = Annotated[str, StringConstraints(max_length=2_000), AfterValidator(fit_to_store)]
Written = Annotated[Span, BeforeValidator(_span)]
_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts, in which role; `unit` is the code of theirs when they act for one."""

    name: str
    role: Actor
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class TaskWish:
    """A unit that is to help, and how long it may take."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    unit: Word
    handle: Written


@dataclass(frozen=True, slots=True)
class Feedback:
    """A unit's answer: internal account, contact with the citizen, and whether it is solved."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    account: Words
    true: bool
    solved: bool
    unsolved_reason: Words = ""
    contacted_at: datetime | None = None
    contacted_how: Word = ""
    head: Word = ""

    @property
    def complete(self) -> bool:
        """Whether nothing is missing that every answer must say."""
        return bool(self.account.strip()) and (self.solved or bool(self.unsolved_reason.strip()))


@dataclass(frozen=True, slots=True)
class Facts:
    """What is said with a move. Spans of extension are counted from the present deadline."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    reason: Words = ""
    basis: Words = ""
    answer: Words = ""
    article: Word = ""
    invalid: InvalidKind | None = None
    confirmed_by: tuple[Word, ...] = ()
    lawful_route: Word = ""
    return_reason: ReturnReason | None = None
    lead: Word | None = None
    co: tuple[Word, ...] = ()
    tasks: tuple[TaskWish, ...] = ()
    secrecy: Secrecy | None = None
    duplicates_checked: bool = False
    consulted: bool = False
    extension: Written | None = None
    leader: Word = ""
    citizen_told: bool = False
    condition: OutsideCondition | None = None
    review_on: date | None = None
    feedback: Feedback | None = None
    public_reply: Words = ""
    delivered_by: Word = ""
    satisfied: bool | None = None
    solved: bool | None = None
    reasonable: bool = True
    evidence: Words = ""
    cause: SupervisionCause | None = None
    main: Word | None = None
    own_words: Word = ""
    partner_receipt: Word = ""
    notes: dict[Word, Word] = field(default_factory=dict)
