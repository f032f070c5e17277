"""The one table of the exchange: every message in either direction, kept whole."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.database import INSTANT, Base, words
from exchange.states import Kind, MessageState


class Message(Base):
    """One message. `key` names it in its direction and kind: sent twice, it is one message.

    `number` is our ticket's, `case_no` is theirs. `raw` is what they sent when it could not be
    read. `nonce` is that of a message they signed.
    """

    __tablename__ = "exchange_message"
    __table_args__ = (
        UniqueConstraint("peer", "outward", "kind", "key"),
        UniqueConstraint("peer", "nonce"),
        CheckConstraint("body IS NOT NULL OR raw IS NOT NULL", name="says_something"),
        Index("ix_exchange_message_number", "number"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    peer: Mapped[str]
    outward: Mapped[bool]
    kind: Mapped[Kind] = mapped_column(words(Kind, "kind"))
    key: Mapped[str]
    state: Mapped[MessageState] = mapped_column(words(MessageState, "state"))
    number: Mapped[str | None]
    case_no: Mapped[str | None]
    body: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    raw: Mapped[str | None]
    nonce: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    fault: Mapped[str] = mapped_column(server_default="")
    made_at: Mapped[datetime] = mapped_column(INSTANT)
    settled_at: Mapped[datetime | None] = mapped_column(INSTANT)
