"""What lists and searches read, and what people keep of them.

Facets and wording are written by triggers of the database, so that no writer can forget them; they
can be made anew from tickets and matters at any time.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.database import INSTANT, Base


class Facets(Base):
    """The words by which a ticket with a matter is listed, in one row and one order.

    `opened_at` is the ticket's `new_at`; `due_at` the earliest limit that runs and does not pause.
    """

    __tablename__ = "ticket_facets"
    __table_args__ = (
        Index("ix_ticket_facets_opened_at", "opened_at", "ticket_id"),
        Index("ix_ticket_facets_state", "state", "opened_at", "ticket_id"),
        Index("ix_ticket_facets_area", "area", "opened_at", "ticket_id"),
        Index("ix_ticket_facets_category", "category", "opened_at", "ticket_id"),
        Index("ix_ticket_facets_urgency", "urgency", "opened_at", "ticket_id"),
        Index("ix_ticket_facets_channel", "channel", "opened_at", "ticket_id"),
        Index(
            "ix_ticket_facets_due_at",
            "due_at",
            "ticket_id",
            postgresql_where=text("due_at IS NOT NULL"),
        ),
    )

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    opened_at: Mapped[datetime] = mapped_column(INSTANT)
    state: Mapped[str]
    channel: Mapped[str]
    type: Mapped[str | None]
    urgency: Mapped[str | None]
    category: Mapped[str | None]
    area: Mapped[str | None]
    secrecy: Mapped[str | None]
    due_at: Mapped[datetime | None] = mapped_column(INSTANT)


class Wording(Base):
    """A ticket's text as it may be searched: no numbers, and nothing that is kept from units.

    `body` has a letter `A` between any two characters. So the index of three letters at a time
    (pg_trgm) holds each single character and each two neighbours: words of one and two characters
    are found, which are most of Chinese. Its first characters say in which days it was opened.
    """

    __tablename__ = "ticket_wording"
    __table_args__ = (
        Index(
            "ix_ticket_wording_body",
            "body",
            postgresql_using="gin",
            postgresql_ops={"body": "gin_trgm_ops"},
            postgresql_with={"gin_pending_list_limit": "1024"},
        ),
    )

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    opened_at: Mapped[datetime] = mapped_column(INSTANT)
    body: Mapped[str]


class SavedView(Base):
    """Filters that a person gave a name; nobody else sees them."""

    __tablename__ = "ticket_view"

    person: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    filters: Mapped[dict[str, Any]] = mapped_column(JSONB)
    saved_at: Mapped[datetime] = mapped_column(INSTANT)


class Export(Base):
    """Who took tickets away in a file, which and why; the database refuses to change it."""

    __tablename__ = "ticket_export"
    __table_args__ = (
        CheckConstraint("confirmed_by <> who", name="confirmed_by_another"),
        CheckConstraint("format IN ('csv', 'xlsx')", name="format"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    who: Mapped[str]
    confirmed_by: Mapped[str | None]
    reason: Mapped[str]
    format: Mapped[str]
    filters: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[datetime] = mapped_column(INSTANT)
