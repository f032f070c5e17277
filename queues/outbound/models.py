"""One row for each call that we make about a ticket."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.database import INSTANT, Base, words
from queues.outbound.words import CallEnding, Purpose, Way


class OutboundCall(Base):
    """A call we placed; what the switch and the menu wrote of it, and whether that took effect.

    `first_phone` is the one that rings first: a seat, or the telephone of somebody in a unit; None
    for an automatic call. The citizen's number is not here: it is the ticket's. `answers` are keys
    by question.
    """

    __tablename__ = "outbound_call"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (ending IS NULL)", name="ending_when_ended"),
        CheckConstraint("settled_at IS NULL OR ended_at IS NOT NULL", name="settled_after_end"),
        CheckConstraint("(way = 'automatic') = (first_phone IS NULL)", name="a_person_has_a_phone"),
        # Whatever happens to its keepers: a follow-up is never in two automatic calls.
        Index(
            "uq_outbound_call_automatic",
            "follow_up_id",
            unique=True,
            postgresql_where=text("way = 'automatic' AND ended_at IS NULL"),
        ),
        Index("ix_outbound_call_open", "node", postgresql_where=text("settled_at IS NULL")),
        Index("ix_outbound_call_ticket_id", "ticket_id"),
    )

    uid: Mapped[str] = mapped_column(primary_key=True)
    node: Mapped[str]
    purpose: Mapped[Purpose] = mapped_column(words(Purpose, "purpose"))
    way: Mapped[Way] = mapped_column(words(Way, "way"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    follow_up_id: Mapped[int | None] = mapped_column(ForeignKey("follow_up.id"))
    first_phone: Mapped[str | None]
    actor: Mapped[str]
    unit: Mapped[str | None]
    placed_at: Mapped[datetime] = mapped_column(INSTANT)
    rang_at: Mapped[datetime | None] = mapped_column(INSTANT)
    reached_at: Mapped[datetime | None] = mapped_column(INSTANT)
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT)
    ending: Mapped[CallEnding | None] = mapped_column(words(CallEnding, "ending"))
    answers: Mapped[dict[str, str]] = mapped_column(JSONB, server_default=text("'{}'"))
    settled_at: Mapped[datetime | None] = mapped_column(INSTANT)
