"""The tables of a ticket's life: the matter, the units' tasks, the clocks, and who held it when."""

from datetime import date, datetime

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    String,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.database import INSTANT, Base, words
from tickets.cards.words import CardKind
from tickets.life.words import ClockKind, Secrecy, TaskRole
from tickets.states import TicketState
from tickets.urgency import Urgency


class Matter(Base):
    """What a ticket is about, as a person wrote it; a ticket nobody took up has none.

    `version` rises with every change, so that two people who edit at once notice each other.
    `extended` and `suspended_days` are what has been granted so far; `urges` is how often the
    citizen asked again, `changed_by` who wrote the form last.
    """

    __tablename__ = "matter"
    __table_args__ = (
        CheckConstraint("redos BETWEEN 0 AND 2", name="redos_at_most_two"),
        CheckConstraint("suspended_days BETWEEN 0 AND 90", name="suspended_at_most_90_days"),
        CheckConstraint("supervision BETWEEN 0 AND 3", name="supervision_has_three_levels"),
        CheckConstraint("main_id <> ticket_id", name="not_merged_into_itself"),
        CheckConstraint("length(details) <= 20000", name="details_are_no_book"),
        Index("ix_matter_main_id", "main_id", postgresql_where=text("main_id IS NOT NULL")),
        Index("ix_matter_lead", "lead"),
        Index("ix_matter_review_on", "review_on", postgresql_where=text("review_on IS NOT NULL")),
        Index(
            "ix_matter_contact_phone",
            "contact_phone",
            postgresql_where=text("contact_phone IS NOT NULL"),
        ),
    )

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    version: Mapped[int] = mapped_column(server_default="1")
    type: Mapped[str | None]
    urgency: Mapped[Urgency | None] = mapped_column(words(Urgency, "urgency"))
    category: Mapped[str | None]
    area: Mapped[str | None]
    enterprise: Mapped[bool] = mapped_column(server_default=text("false"))
    title: Mapped[str] = mapped_column(server_default="")
    details: Mapped[str] = mapped_column(server_default="")
    address: Mapped[str] = mapped_column(server_default="")
    contact_name: Mapped[str] = mapped_column(server_default="")
    contact_phone: Mapped[str | None]
    secrecy: Mapped[Secrecy | None] = mapped_column(words(Secrecy, "secrecy"))
    duplicates_checked: Mapped[bool] = mapped_column(server_default=text("false"))
    answer: Mapped[str] = mapped_column(server_default="")
    public_reply: Mapped[str] = mapped_column(server_default="")
    first_unit: Mapped[str | None]
    lead: Mapped[str | None]
    dispatches: Mapped[int] = mapped_column(server_default="0")
    adjudicated: Mapped[bool] = mapped_column(server_default=text("false"))
    appealed: Mapped[bool] = mapped_column(server_default=text("false"))
    extended: Mapped[int] = mapped_column(server_default="0")
    suspended_days: Mapped[int] = mapped_column(server_default="0")
    review_on: Mapped[date | None]
    redos: Mapped[int] = mapped_column(server_default="0")
    supervision: Mapped[int] = mapped_column(server_default="0")
    attempts: Mapped[int] = mapped_column(server_default="0")
    satisfied: Mapped[bool | None]
    solved: Mapped[bool | None]
    main_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    urges: Mapped[int] = mapped_column(server_default="0")
    changed_at: Mapped[datetime] = mapped_column(INSTANT)
    changed_by: Mapped[str | None]


class Task(Base):
    """What one unit owes to a ticket (一单通达): never a ticket of its own.

    At most one lead task is open for each ticket. `ended_as` says how: replied, returned, ended.
    """

    __tablename__ = "ticket_task"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (ended_as IS NULL)", name="end_has_a_word"),
        Index(
            "uq_ticket_task_open_lead",
            "ticket_id",
            unique=True,
            postgresql_where=text("role = 'lead' AND ended_at IS NULL"),
        ),
        Index("ix_ticket_task_unit", "unit", postgresql_where=text("ended_at IS NULL")),
        Index("ix_ticket_task_unit_ticket_id", "unit", "ticket_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("ticket_task.id"))
    unit: Mapped[str]
    role: Mapped[TaskRole] = mapped_column(words(TaskRole, "role"))
    opened_at: Mapped[datetime] = mapped_column(INSTANT)
    due_at: Mapped[datetime | None] = mapped_column(INSTANT)
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT)
    ended_as: Mapped[str | None]
    reply: Mapped[str] = mapped_column(server_default="")


class Follower(Base):
    """A citizen whose ticket was merged into a main one, and the reply of their own.

    `promises` are the deadlines they were given, by clock. `via_id` is the merged ticket that
    brought this one along when it was merged itself.
    """

    __tablename__ = "ticket_follower"
    __table_args__ = (
        CheckConstraint("main_id <> from_id", name="not_following_itself"),
        CheckConstraint(
            "(delivered_at IS NULL) = (delivered_by IS NULL)", name="delivered_by_something"
        ),
        Index(
            "uq_ticket_follower_one_main",
            "from_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_ticket_follower_main", "main_id", postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    main_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    from_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    via_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    since_at: Mapped[datetime] = mapped_column(INSTANT)
    promises: Mapped[dict[str, str]] = mapped_column(JSONB, server_default="{}")
    reply: Mapped[str] = mapped_column(server_default="")
    delivered_by: Mapped[str | None]
    delivered_at: Mapped[datetime | None] = mapped_column(INSTANT)
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT)


class RunningClock(Base):
    """One limit of a ticket: when it began, when it is over, and when it was met.

    `due_at` may move (an extension, a pause, a changed calendar); `first_due_at` is what was
    promised first. `edition` is the calendar it was reckoned with. One of a kind runs at most.
    `added` are the working days that extensions and pauses gave, `hurried_from` the deadline before
    a merge brought an earlier promise. `card` is the hardest that the present deadline has brought,
    `alert_at` when `next_card` is due.
    """

    __tablename__ = "ticket_clock"
    __table_args__ = (
        CheckConstraint("due_at >= first_due_at", name="due_never_nearer"),
        CheckConstraint(
            "alert_at IS NULL OR (stopped_at IS NULL AND paused_at IS NULL)",
            name="no_alarm_at_rest",
        ),
        CheckConstraint("(alert_at IS NULL) = (next_card IS NULL)", name="alarm_is_for_a_card"),
        Index(
            "ix_ticket_clock_alert_at", "alert_at", postgresql_where=text("alert_at IS NOT NULL")
        ),
        Index(
            "ix_ticket_clock_unit", "unit", "due_at", postgresql_where=text("stopped_at IS NULL")
        ),
        Index(
            "uq_ticket_clock_running",
            "ticket_id",
            "kind",
            unique=True,
            postgresql_where=text("stopped_at IS NULL"),
        ),
        Index(
            "ix_ticket_clock_edition", "edition", "id", postgresql_where=text("stopped_at IS NULL")
        ),
        Index("ix_ticket_clock_due_at", "due_at", postgresql_where=text("stopped_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    kind: Mapped[ClockKind] = mapped_column(words(ClockKind, "kind"))
    unit: Mapped[str]
    limit: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(INSTANT)
    first_due_at: Mapped[datetime] = mapped_column(INSTANT)
    due_at: Mapped[datetime] = mapped_column(INSTANT)
    provisional: Mapped[bool]
    edition: Mapped[str]
    added: Mapped[list[str]] = mapped_column(ARRAY(String), server_default="{}")
    hurried_from: Mapped[datetime | None] = mapped_column(INSTANT)
    paused_at: Mapped[datetime | None] = mapped_column(INSTANT)
    stopped_at: Mapped[datetime | None] = mapped_column(INSTANT)
    stopped_by: Mapped[str | None]
    card: Mapped[CardKind | None] = mapped_column(words(CardKind, "card"))
    next_card: Mapped[CardKind | None] = mapped_column(words(CardKind, "next_card"))
    alert_at: Mapped[datetime | None] = mapped_column(INSTANT)

    def promise(self, due: datetime) -> None:
        """Move the deadline; the new one brings cards of its own."""
        if due != self.due_at:
            self.due_at, self.card = due, None


class Hop(Base):
    """Who held a ticket in which state, from when until when; the open one holds it now."""

    __tablename__ = "ticket_hop"
    __table_args__ = (
        CheckConstraint("until_at >= since_at", name="hop_goes_forward"),
        Index(
            "uq_ticket_hop_open",
            "ticket_id",
            unique=True,
            postgresql_where=text("until_at IS NULL"),
        ),
        Index("ix_ticket_hop_holder", "holder", postgresql_where=text("until_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    holder: Mapped[str]
    state: Mapped[TicketState] = mapped_column(words(TicketState, "state"))
    since_at: Mapped[datetime] = mapped_column(INSTANT)
    due_at: Mapped[datetime | None] = mapped_column(INSTANT)
    until_at: Mapped[datetime | None] = mapped_column(INSTANT)


class Request(Base):
    """A change that somebody sent with a key: sent again, it is not made again."""

    __tablename__ = "ticket_request"
    __table_args__ = (Index("ix_ticket_request_at", "at"),)

    who: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    asked: Mapped[str]
    at: Mapped[datetime] = mapped_column(INSTANT)


class Look(Base):
    """Who looked at what was masked, and why; the database refuses to change or remove it."""

    __tablename__ = "ticket_look"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    who: Mapped[str]
    field: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime] = mapped_column(INSTANT)
