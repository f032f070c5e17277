"""The tables of counted calls: what a half-hour, an hour or a day of calls adds up to.

All of it can be counted again from `call` at any time. Whoever writes a call, by whatever
statement, leaves a mark on its half-hour in the same transaction: a trigger sees to it. Where marks
lie, reports count the calls themselves (`rollups`) until the half-hour is `recount`ed.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Identity, Index, String, Table, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.database import INSTANT, Base
from reports.amounts import AMOUNTS, LONGEST


def _amounts() -> list[Column[int]]:
    return [Column(name, BigInteger, nullable=name in LONGEST) for name in AMOUNTS]


def _key(name: str, type_: Any) -> Column[Any]:
    return Column(name, type_, primary_key=True)


# By line and queue; '' is a call that entered no queue. `begins` is a half-hour of the city.
HALF_HOURS = Table(
    "half_hour_count",
    Base.metadata,
    _key("begins", INSTANT),
    _key("line", String),
    _key("queue", String),
    *_amounts(),
    Index("ix_half_hour_count_misfits", "begins", postgresql_where=text("misfits > 0")),
)
# All calls together.
HOURS = Table("hour_count", Base.metadata, _key("begins", INSTANT), *_amounts())
# By line and queue; `begins` is midnight in the city.
DAYS = Table(
    "day_count",
    Base.metadata,
    _key("begins", INSTANT),
    _key("line", String),
    _key("queue", String),
    *_amounts(),
)


class CountMark(Base):
    """A half-hour of which calls were written since it was counted; several marks may lie on one.

    They are only ever added and removed: a mark made while another count is under way stays.
    """

    __tablename__ = "count_mark"
    __table_args__ = (Index("ix_count_mark_half_hour", "half_hour"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    half_hour: Mapped[datetime] = mapped_column(INSTANT)


class DayWitness(Base):
    """What the switch's own lines say of a day's calls, as of an instant.

    `heard_at` is None for a day of which they were not asked yet; `stale` says that calls of the
    day were written since. `doubts` holds [call uid, why] for each call about which they disagree.
    """

    __tablename__ = "day_witness"
    __table_args__ = (
        Index("ix_day_witness_stale", "day", postgresql_where=text("stale")),
        Index("ix_day_witness_doubts", "day", postgresql_where=text("doubts <> '[]'::jsonb")),
    )

    day: Mapped[date] = mapped_column(primary_key=True)
    heard_at: Mapped[datetime | None] = mapped_column(INSTANT)
    stale: Mapped[bool]
    arrivals: Mapped[int]
    answered: Mapped[int]
    doubts: Mapped[list[list[str]]] = mapped_column(JSONB)


class AgentDay(Base):
    """What an agent's day went into, in microseconds, and how many calls they answered.

    Written when the day is over. No row for a day on which they neither signed in nor talked.
    """

    __tablename__ = "agent_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    agent: Mapped[str] = mapped_column(primary_key=True)
    answered: Mapped[int]
    talking: Mapped[int] = mapped_column(BigInteger)
    ringing: Mapped[int] = mapped_column(BigInteger)
    wrap_up: Mapped[int] = mapped_column(BigInteger)
    on_break: Mapped[int] = mapped_column(BigInteger)
    idle: Mapped[int] = mapped_column(BigInteger)
    unreachable: Mapped[int] = mapped_column(BigInteger)


class AgentMark(Base):
    """A day of which lines about agents were written since it was counted, or that is not over.

    A line marks the day after it as well: who signed in on one day is signed in on the next.
    """

    __tablename__ = "agent_mark"
    __table_args__ = (Index("ix_agent_mark_day", "day"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    day: Mapped[date]
