"""The tables of cards and of the notices that carry them and other news to units."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import INSTANT, Base, words
from tickets.cards.words import Addressee, CardKind, CardState
from tickets.life.words import SupervisionCause


class Card(Base):
    """One card of a ticket, or one letter of its supervision.

    `deadline` is the one of the clock it is about: of a kind, a deadline brings one card. A letter
    that no clock brought (a redo, a leader's note) has neither. `edition` is the calendar that it
    was reckoned with. `level` is that of the ticket's supervision once a letter is issued.
    """

    __tablename__ = "ticket_card"
    __table_args__ = (
        CheckConstraint(
            "state IN ('due', 'withdrawn') OR issued_at IS NOT NULL", name="issued_at_an_instant"
        ),
        CheckConstraint("(served_at IS NULL) = (served_by IS NULL)", name="served_by_somebody"),
        CheckConstraint(
            "state NOT IN ('served', 'answered') OR served_at IS NOT NULL", name="time_when_served"
        ),
        CheckConstraint("(state = 'answered') = (answered_at IS NOT NULL)", name="time_of_answer"),
        CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_because IS NOT NULL)", name="withdrawn_says_why"
        ),
        CheckConstraint(
            "state <> 'withdrawn' OR issued_at IS NULL OR kind IN ('warning', 'yellow')",
            name="red_stays_issued",
        ),
        CheckConstraint(
            "(letter_no IS NULL) = (issued_at IS NULL OR kind IN ('warning', 'yellow', 'red'))",
            name="letters_have_a_number",
        ),
        CheckConstraint("level BETWEEN 0 AND 3", name="supervision_has_three_levels"),
        Index(
            "uq_ticket_card_once",
            "clock_id",
            "kind",
            "deadline",
            unique=True,
            postgresql_where=text("state <> 'withdrawn'"),
        ),
        Index("ix_ticket_card_due", "id", postgresql_where=text("state = 'due'")),
        Index("ix_ticket_card_unit", "unit", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    clock_id: Mapped[int | None] = mapped_column(ForeignKey("ticket_clock.id"))
    kind: Mapped[CardKind] = mapped_column(words(CardKind, "kind"))
    state: Mapped[CardState] = mapped_column(words(CardState, "state"))
    unit: Mapped[str]
    deadline: Mapped[datetime | None] = mapped_column(INSTANT)
    due_at: Mapped[datetime] = mapped_column(INSTANT)
    edition: Mapped[str]
    cause: Mapped[SupervisionCause | None] = mapped_column(words(SupervisionCause, "cause"))
    level: Mapped[int] = mapped_column(server_default="0")
    letter_no: Mapped[str | None] = mapped_column(unique=True)
    reply_due_at: Mapped[datetime | None] = mapped_column(INSTANT)
    issued_at: Mapped[datetime | None] = mapped_column(INSTANT)
    served_at: Mapped[datetime | None] = mapped_column(INSTANT)
    served_by: Mapped[str | None]
    answered_at: Mapped[datetime | None] = mapped_column(INSTANT)
    answer: Mapped[str] = mapped_column(server_default="")
    withdrawn_at: Mapped[datetime | None] = mapped_column(INSTANT)
    withdrawn_because: Mapped[str | None]


class Notice(Base):
    """News for somebody of a unit (or of a desk of the hotline), until somebody has read it."""

    __tablename__ = "notice"
    __table_args__ = (
        CheckConstraint("(read_at IS NULL) = (read_by IS NULL)", name="read_by_somebody"),
        Index("ix_notice_unread", "unit", "id", postgresql_where=text("read_at IS NULL")),
        Index("ix_notice_unit_id", "unit", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    unit: Mapped[str]
    addressee: Mapped[Addressee] = mapped_column(words(Addressee, "addressee"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    card_id: Mapped[int | None] = mapped_column(ForeignKey("ticket_card.id"))
    text: Mapped[str]
    at: Mapped[datetime] = mapped_column(INSTANT)
    read_at: Mapped[datetime | None] = mapped_column(INSTANT)
    read_by: Mapped[str | None]
