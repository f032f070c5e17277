"""The tables of agents' time: every change of what they declared, every leg of their phones.

Both are made by the ledger from the switch's own lines alone and can be made again from them.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.database import INSTANT, Base, words
from queues.agent_states import Declared


class Change(StrEnum):
    """What a line of queue_log tells of an agent.

    JOINED to UNPAUSED are the switch's own words, one for each queue. The others are ours: an act
    as it was meant (`signed-in` … `wrapped-up-longer`), the phone lost or back, and the time the
    switch leaves an agent alone after a talk (`wrap-up`).
    """

    JOINED = "joined"
    LEFT = "left"
    PAUSED = "paused"
    UNPAUSED = "unpaused"
    SIGN_IN = "sign-in"
    SIGN_OUT = "sign-out"
    BREAK = "break"
    AVAILABLE = "available"
    WRAP_UP_LONGER = "wrap-up-longer"
    UNREACHABLE = "unreachable"
    REACHABLE = "reachable"
    WRAP_UP = "wrap-up"


class AgentEvent(Base):
    """One line of queue_log about an agent, and what they had declared after it; append-only.

    `at` is cut off to whole seconds, as the file is; its order is (file_id, pos). `queues` maps
    each queue the agent is in after the line to the reason of the pause there, null for none.
    `seconds` belongs to wrap-up, `call_uid` is '' where no call is meant.
    """

    __tablename__ = "agent_event"
    __table_args__ = (
        Index("ix_agent_event_agent_at", "agent", "at"),
        Index("ix_agent_event_at", "at"),
    )

    file_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    pos: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    node: Mapped[str]
    at: Mapped[datetime] = mapped_column(INSTANT)
    agent: Mapped[str]
    change: Mapped[Change] = mapped_column(words(Change, "change"))
    queue: Mapped[str]
    reason: Mapped[str]
    cause: Mapped[str]
    actor: Mapped[str]
    call_uid: Mapped[str]
    seconds: Mapped[int | None]
    declared: Mapped[Declared] = mapped_column(words(Declared, "declared"))
    declared_reason: Mapped[str]
    reachable: Mapped[bool]
    queues: Mapped[dict[str, Any]] = mapped_column(JSONB)


class AgentLeg(Base):
    """One time that an agent's phone was in a call, from the first ring to the end.

    Made of channel events, so to the microsecond. `answered_at` is null where nobody picked up;
    `ended_at` is null while it lasts and where the switch died meanwhile.
    """

    __tablename__ = "agent_leg"
    __table_args__ = (
        Index("ix_agent_leg_agent_started_at", "agent", "started_at"),
        Index("ix_agent_leg_started_at", "started_at"),
        Index("ix_agent_leg_call_uid", "call_uid"),
    )

    uid: Mapped[str] = mapped_column(primary_key=True)
    call_uid: Mapped[str]
    node: Mapped[str]
    agent: Mapped[str]
    started_at: Mapped[datetime | None] = mapped_column(INSTANT)
    answered_at: Mapped[datetime | None] = mapped_column(INSTANT)
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT)
