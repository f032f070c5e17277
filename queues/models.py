"""The tables of the ledger: the switch's own words kept for ever, and what each call came to.

Only `switch_event` is truth; every `call` row can be made again from it.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.database import INSTANT, Base, words
from queues.agent_models import AgentEvent, AgentLeg
from queues.callbacks.models import Callback
from tickets.outcomes import Outcome

__all__ = [
    "LOADED", "AgentEvent", "AgentLeg", "Call", "Callback", "EndedBy", "LedgerPosition", "Stream",
    "SwitchEvent", "SwitchFile",
]  # fmt: skip


# The node of calls that were loaded and that no switch of ours ever heard of (demo/).
LOADED = "demo"


class Stream(StrEnum):
    """The files that are read, each in its own order."""

    CEL = "cel"
    QUEUE_LOG = "queue_log"
    JOURNAL = "journal"


class EndedBy(StrEnum):
    """Who ended the conversation or, where there was none, the call."""

    CALLER = "caller"
    AGENT = "agent"
    SYSTEM = "system"


class SwitchFile(Base):
    """One file of a stream, known by its first line, since inode numbers are used again.

    `lost` says what befell it before it was surely read to its end: gone, or shortened.
    """

    __tablename__ = "switch_file"
    __table_args__ = (Index("ix_switch_file_node_stream", "node", "stream"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    node: Mapped[str]
    stream: Mapped[Stream] = mapped_column(words(Stream, "stream"))
    ident: Mapped[str]  # device:inode
    head: Mapped[str]  # digest of the first line
    first_at: Mapped[float]  # epoch seconds that the first line tells
    opened_at: Mapped[datetime] = mapped_column(INSTANT)
    finished_at: Mapped[datetime | None] = mapped_column(INSTANT)
    lost: Mapped[str | None]


class SwitchEvent(Base):
    """One line of a file, word for word; append-only.

    `call_uid` is '' for what belongs to no call, `kind` '?' and `at` NULL for what we could not
    read. The key begins with the call because a call's events are asked for together; a line read
    twice would collide with itself. No foreign key to the file: this is the busiest table.
    """

    __tablename__ = "switch_event"
    __table_args__ = (
        Index(
            "ix_switch_event_restart",
            "file_id",
            postgresql_where=text(
                "kind = 'QUEUESTART' OR kind = 'CHAN_START' AND right(call_uid, 2) = '.0'"
            ),
        ),
        # By which reports count the same calls a second time.
        Index(
            "ix_switch_event_witness",
            "at",
            postgresql_include=["call_uid", "kind"],
            postgresql_where=text(
                "kind IN ('HL-ARRIVED', 'HL-PARTNER', 'CONNECT', 'BRIDGE_ENTER')"
            ),
        ),
        # By which what is kept beside calls is made again.
        Index(
            "ix_switch_event_agents",
            "file_id",
            "pos",
            postgresql_where=text(
                "kind IN ('ADDMEMBER', 'REMOVEMEMBER', 'PAUSE', 'UNPAUSE', 'HL-AGENT',"
                " 'HL-WRAP-UP')"
            ),
        ),
        Index(
            "ix_switch_event_callbacks",
            "call_uid",
            postgresql_where=text(
                "kind IN ('callback-offered', 'callback', 'callback-assigned', 'callback-settled')"
            ),
        ),
    )

    call_uid: Mapped[str] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    pos: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime | None] = mapped_column(INSTANT)
    kind: Mapped[str]
    line: Mapped[str]


class LedgerPosition(Base):
    """How far a stream has been read, moved in the transaction that stores what was read.

    `seen_at` is the reader's heartbeat, `unread_bytes` how much it knows to lie before it.
    """

    __tablename__ = "ledger_position"

    node: Mapped[str] = mapped_column(primary_key=True)
    stream: Mapped[Stream] = mapped_column(words(Stream, "stream"), primary_key=True)
    file_id: Mapped[int]
    pos: Mapped[int] = mapped_column(BigInteger)
    read_up_to: Mapped[datetime | None] = mapped_column(INSTANT)
    seen_at: Mapped[datetime] = mapped_column(INSTANT)
    unread_bytes: Mapped[int] = mapped_column(BigInteger)


class Call(Base):
    """One arrival and what became of it: a pure fold of its events, written again when they grow.

    Seconds are to the microsecond where the channel events tell, whole where only queue_log does.
    `settled_at` is when the ended call was handed on; `late_changes` how often facts moved after.
    """

    __tablename__ = "call"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", name="outcome_when_ended"),
        CheckConstraint("settled_at IS NULL OR ended_at IS NOT NULL", name="ended_when_settled"),
        CheckConstraint("ended_at >= started_at", name="ends_after_start"),
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating_is_one_to_five"),
        Index("ix_call_started_at_uid", "started_at", "uid"),
        Index("ix_call_day", "day"),
        Index("ix_call_alerts", "started_at", postgresql_where=text("parties ? 'alerts'")),
        Index("ix_call_unsettled", "node", postgresql_where=text("settled_at IS NULL")),
        # Room on each page for the few times a call is written while it lasts.
        {"postgresql_with": {"fillfactor": 75}},
    )

    uid: Mapped[str] = mapped_column(primary_key=True)
    node: Mapped[str]
    line: Mapped[str]
    did: Mapped[str]
    caller: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(INSTANT)
    day: Mapped[date]  # the city's calendar day of the start
    flow: Mapped[str | None]
    flow_version: Mapped[str | None]
    query_code: Mapped[str | None]
    keys: Mapped[str]
    human_requested_at: Mapped[datetime | None] = mapped_column(INSTANT)
    queue: Mapped[str | None]  # that answered, else the last one waited in
    queue_visits: Mapped[int]
    answered_at: Mapped[datetime | None] = mapped_column(INSTANT)
    agent: Mapped[str | None]
    partner: Mapped[str | None]  # the last partner line tried
    wait_seconds: Mapped[float | None]
    ring_seconds: Mapped[float | None]
    talk_seconds: Mapped[float | None]
    callback_number: Mapped[str | None]
    message_path: Mapped[str | None]
    message_seconds: Mapped[float | None]
    rating: Mapped[int | None]
    counted_with: Mapped[int | None]  # the incident whose key was pressed
    counted_at: Mapped[datetime | None] = mapped_column(INSTANT)
    survival: Mapped[str | None]  # why the dialplan had to go on without us
    orphaned: Mapped[bool]
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT)
    ended_by: Mapped[EndedBy | None] = mapped_column(words(EndedBy, "ended_by"))
    outcome: Mapped[Outcome | None] = mapped_column(words(Outcome, "outcome"))
    # {"transfers": attempts to hand over, "segments": whose voices the recording holds when,
    #  "handed": who handed the caller over to us, "alerts": emergency buttons pressed}
    parties: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    settled_at: Mapped[datetime | None] = mapped_column(INSTANT)
    late_changes: Mapped[int]
