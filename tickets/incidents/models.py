"""The tables of incidents: the announcement, what people did to it, and who was counted."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import INSTANT, Base, words
from tickets.incidents.words import IncidentAct


class Incident(Base):
    """One announcement with its ticket. `prompt` names its sound, `key` is '' when none counts.

    `position` decides which is said first; equal ones in the order of their start.
    """

    __tablename__ = "incident"
    __table_args__ = (
        CheckConstraint("until > started_at", name="lasts"),
        Index("ix_incident_until", "until"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), unique=True)
    area: Mapped[str | None]
    topic: Mapped[str | None]
    text_zh: Mapped[str]
    text_en: Mapped[str | None]
    prompt: Mapped[str]
    key: Mapped[str]
    position: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(INSTANT)
    until: Mapped[datetime] = mapped_column(INSTANT)
    stopped_at: Mapped[datetime | None] = mapped_column(INSTANT)


class IncidentEvent(Base):
    """One act of a person; the database refuses to change or remove it."""

    __tablename__ = "incident_event"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    act: Mapped[IncidentAct] = mapped_column(words(IncidentAct, "act"))
    actor: Mapped[str]
    reason: Mapped[str]
    until: Mapped[datetime] = mapped_column(INSTANT)
    at: Mapped[datetime] = mapped_column(INSTANT, server_default=func.now())


class TicketContact(Base):
    """Somebody who was counted with a ticket: each number once, a withheld one by its call."""

    __tablename__ = "ticket_contact"
    __table_args__ = (
        Index(
            "uq_ticket_contact_ticket_id_caller",
            "ticket_id",
            "caller",
            unique=True,
            postgresql_where=text("caller IS NOT NULL"),
        ),
        Index("uq_ticket_contact_call_uid", "call_uid", unique=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    call_uid: Mapped[str]
    caller: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(INSTANT)
