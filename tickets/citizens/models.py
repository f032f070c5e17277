"""The pictures that citizens send; each is anybody's until a matter names it."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import INSTANT, Base


class CitizenPicture(Base):
    """A picture in the uploads folder, to which `path` is relative; the citizen has `token`."""

    __tablename__ = "citizen_picture"
    __table_args__ = (
        CheckConstraint("(ticket_id IS NULL) = (attached_at IS NULL)", name="time_when_attached"),
        Index("ix_citizen_picture_ticket_id", "ticket_id"),
        Index("ix_citizen_picture_loose", "made_at", postgresql_where=text("ticket_id IS NULL")),
    )

    token: Mapped[str] = mapped_column(primary_key=True)
    ticket_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("ticket.id"))
    mime: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    path: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(INSTANT)
    attached_at: Mapped[datetime | None] = mapped_column(INSTANT)
