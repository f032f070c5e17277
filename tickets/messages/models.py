"""One row for each message to a citizen's phone; `key` names it, so that telling twice is once."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.database import INSTANT, Base, words


class MessageState(StrEnum):
    """Where a message stands."""

    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"  # the carrier will not take it
    GIVEN_UP = "given-up"  # the carrier could not be reached


class TextMessage(Base):
    """A message and what became of it; `receipt` is the carrier's own name for it."""

    __tablename__ = "text_message"
    __table_args__ = (
        CheckConstraint("(state = 'waiting') = (settled_at IS NULL)", name="time_when_settled"),
        CheckConstraint("length(text) BETWEEN 1 AND 500", name="text_is_a_message"),
        Index("ix_text_message_ticket_id", "ticket_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    number: Mapped[str]
    text: Mapped[str]
    state: Mapped[MessageState] = mapped_column(words(MessageState, "state"))
    attempts: Mapped[int] = mapped_column(server_default="0")
    fault: Mapped[str] = mapped_column(server_default="")
    receipt: Mapped[str | None]
    made_at: Mapped[datetime] = mapped_column(INSTANT)
    settled_at: Mapped[datetime | None] = mapped_column(INSTANT)
