"""The tables of follow-up: one row for each answer that is followed up, one for each attempt."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import INSTANT, Base, words
from tickets.followup.states import FollowUpState
from tickets.followup.words import Ending, Means, Solved


class FollowUp(Base):
    """One answer of a ticket, about which its citizen is asked; a redo has another.

    `attempts` are those that count, each in a half-day of its own; nobody is called before
    `not_before`. The three answers stand apart. `why` is a word: why it was passed over, or why a
    person must look.
    """

    __tablename__ = "follow_up"
    __table_args__ = (
        CheckConstraint("attempts BETWEEN 0 AND 3", name="attempts_at_most_three"),
        CheckConstraint("service BETWEEN 1 AND 5", name="service_is_one_to_five"),
        CheckConstraint("handling BETWEEN 1 AND 5", name="handling_is_one_to_five"),
        CheckConstraint("(state = 'claimed') = (claimed_by IS NOT NULL)", name="claimed_by_one"),
        CheckConstraint(
            "(ended_at IS NULL) = (state IN ('waiting', 'claimed', 'calling', 'referred'))",
            name="time_when_ended",
        ),
        CheckConstraint(
            "state NOT IN ('closed', 'redo') OR (handling IS NOT NULL AND solved IS NOT NULL)",
            name="answers_when_answered",
        ),
        Index(
            "uq_follow_up_live",
            "ticket_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_follow_up_due_at", "due_at", "id", postgresql_where=text("ended_at IS NULL")),
        Index("ix_follow_up_ticket_id", "ticket_id"),
        Index("ix_follow_up_opened_at", "opened_at"),
        Index(
            "ix_follow_up_unsettled",
            "opened_at",
            postgresql_where=text("state = 'not-due' AND NOT archived"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    round: Mapped[int]  # how many redos came before
    state: Mapped[FollowUpState] = mapped_column(words(FollowUpState, "state"))
    why: Mapped[str | None]
    opened_at: Mapped[datetime] = mapped_column(INSTANT)
    due_at: Mapped[datetime] = mapped_column(INSTANT)
    not_before: Mapped[datetime] = mapped_column(INSTANT)
    claimed_by: Mapped[str | None]
    claimed_at: Mapped[datetime | None] = mapped_column(INSTANT)
    attempts: Mapped[int] = mapped_column(server_default="0")
    service: Mapped[int | None]
    handling: Mapped[int | None]
    solved: Mapped[Solved | None] = mapped_column(words(Solved, "solved"))
    reason: Mapped[str] = mapped_column(server_default="")
    answered_by: Mapped[Means | None] = mapped_column(words(Means, "answered_by"))
    answered_at: Mapped[datetime | None] = mapped_column(INSTANT)
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT)
    # Of one that was passed over: whether its ticket has been archived.
    archived: Mapped[bool] = mapped_column(server_default=text("false"))


class Attempt(Base):
    """One try to ask a citizen; the database refuses to change or remove it.

    `counts` says whether it is one of the three: not when the fault was ours, and not when its
    half-day had one already. `call_uid` is the call on the switch, if there was one.
    """

    __tablename__ = "follow_up_attempt"
    __table_args__ = (
        CheckConstraint("service BETWEEN 1 AND 5", name="service_is_one_to_five"),
        CheckConstraint("handling BETWEEN 1 AND 5", name="handling_is_one_to_five"),
        Index(
            "uq_follow_up_attempt_half_day",
            "follow_up_id",
            "half_day",
            unique=True,
            postgresql_where=text("counts"),
        ),
        Index("ix_follow_up_attempt_follow_up_id", "follow_up_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_up.id"))
    at: Mapped[datetime] = mapped_column(INSTANT)
    half_day: Mapped[str]
    counts: Mapped[bool]
    means: Mapped[Means] = mapped_column(words(Means, "means"))
    actor: Mapped[str]
    ending: Mapped[Ending] = mapped_column(words(Ending, "ending"))
    call_uid: Mapped[str | None] = mapped_column(unique=True)
    service: Mapped[int | None]
    handling: Mapped[int | None]
    solved: Mapped[Solved | None] = mapped_column(words(Solved, "solved"))
    reason: Mapped[str] = mapped_column(server_default="")


class FollowUpLink(Base):
    """The link by which a citizen answers a follow-up; one for each."""

    __tablename__ = "follow_up_link"

    token: Mapped[str] = mapped_column(primary_key=True)
    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_up.id"), unique=True)
    made_at: Mapped[datetime] = mapped_column(INSTANT)
    expires_at: Mapped[datetime] = mapped_column(INSTANT)
