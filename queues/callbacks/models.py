"""One row for each call-back: what its lines in the switch's files and the journal come to."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.database import INSTANT, Base, words
from queues.callbacks.states import CallbackState


class CallbackSource(StrEnum):
    """Why a citizen is rung: they asked for it, or they gave up waiting."""

    ASKED = "asked"
    ABANDONED = "abandoned"


class Callback(Base):
    """The call-back of one call; can be made again from the lines at any time.

    `tries` counts places taken in the switch, `missed` those in which the citizen was rung in vain.
    `since` is the instant of entry whose place it keeps, `agent` who was told last or has it to do.
    `attempts` are its tries in turn, and what people settled: {number, at, agent, by, rang_at,
    result, note}. `lines` is how many lines it was made of: whoever decides on a row knows by it
    whether it moved.
    """

    __tablename__ = "callback"
    __table_args__ = (
        Index(
            "ix_callback_live",
            "number",
            postgresql_where=text(
                "state IN ('taken', 'waiting', 'agent_told', 'ringing', 'paused')"
            ),
        ),
        Index("ix_callback_taken_at", "taken_at"),
        Index("ix_callback_number", "number"),
    )

    call_uid: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[CallbackSource] = mapped_column(words(CallbackSource, "source"))
    state: Mapped[CallbackState] = mapped_column(words(CallbackState, "state"))
    number: Mapped[str]
    language: Mapped[str]
    priority: Mapped[int]
    offered_at: Mapped[datetime] = mapped_column(INSTANT)
    taken_at: Mapped[datetime | None] = mapped_column(INSTANT)
    promised_until: Mapped[datetime | None] = mapped_column(INSTANT)
    since: Mapped[datetime | None] = mapped_column(INSTANT)
    tries: Mapped[int]
    placed_at: Mapped[datetime | None] = mapped_column(INSTANT)
    missed: Mapped[int]
    missed_at: Mapped[datetime | None] = mapped_column(INSTANT)
    agent: Mapped[str | None]
    reached_at: Mapped[datetime | None] = mapped_column(INSTANT)
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT)
    reason: Mapped[str | None]  # why it ended, or why the last place was lost
    by: Mapped[str | None]  # the person, or the call, that decided it
    lines: Mapped[int]
    attempts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
