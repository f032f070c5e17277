"""The tables of the ticket room: the ticket, its append-only story, and the counter of each day."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.database import INSTANT, Base, words
from tickets.acts import Act, Actor
from tickets.channels import Channel
from tickets.outcomes import Outcome
from tickets.states import TABLE, TicketState


def _lawful() -> str:
    """The table of moves as a check on the story; the call's own moves are told without an act."""
    acts = sorted(
        f"{row.act} {source} {row.to or source}"
        for row in TABLE
        for source in row.sources
        if source
    )
    calls = sorted(
        f"{source} {row.to}"
        for row in TABLE
        if Actor.LEDGER in row.actors
        for source in row.sources
        if source
    )
    return (
        "from_state IS NULL OR CASE WHEN act IS NULL THEN from_state = to_state"
        f" OR from_state || ' ' || to_state IN ({_listed(calls)})"
        f" ELSE act || ' ' || from_state || ' ' || to_state IN ({_listed(acts)}) END"
    )


def _listed(texts: list[str]) -> str:
    return ", ".join(f"'{text}'" for text in texts)


class Ticket(Base):
    """A citizen's matter: exactly one for each call that arrived or submission that came in.

    `external_id` is the submission's own key in its channel: the same one sent twice is one ticket.
    The states a call leads to have their instants; those of all others are in the story. `new_at`
    is when the call arrived, whenever we came to know of it.
    """

    __tablename__ = "ticket"
    __table_args__ = (
        # People may move a ticket while the citizen still talks; its call cannot end it by itself.
        CheckConstraint(
            "call_uid IS NULL OR state NOT IN ('TRANSFERRED', 'CLOSED') OR outcome IS NOT NULL",
            name="outcome_when_closed",
        ),
        CheckConstraint("(state = 'CLOSED') = (closed_at IS NOT NULL)", name="time_when_closed"),
        CheckConstraint(
            "(state = 'TRANSFERRED') = (transferred_at IS NOT NULL)", name="time_when_transferred"
        ),
        CheckConstraint(
            "call_uid IS NOT NULL OR external_id IS NOT NULL", name="comes_from_somewhere"
        ),
        Index(
            "uq_ticket_external_id",
            "channel",
            "external_id",
            unique=True,
            postgresql_where=text("external_id IS NOT NULL"),
        ),
        CheckConstraint("query_code ~ '^[0-9]{6}$'", name="query_code_is_six_digits"),
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating_is_one_to_five"),
        CheckConstraint("talk_seconds >= 0", name="talk_is_not_negative"),
        # A citizen asks with a code from any phone, or from the phone they called with.
        Index("ix_ticket_query_code_caller", "query_code", "caller"),
        Index("ix_ticket_caller_id", "caller", "id"),
        Index("ix_ticket_new_at_id", "new_at", "id"),
        # Room on each page for the one update that every ticket gets when its call ends.
        {"postgresql_with": {"fillfactor": 75}},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    channel: Mapped[Channel] = mapped_column(words(Channel, "channel"), server_default="phone")
    call_uid: Mapped[str | None] = mapped_column(unique=True)
    external_id: Mapped[str | None]
    query_code: Mapped[str]
    line: Mapped[str]
    language: Mapped[str | None]
    caller: Mapped[str | None]  # in the one spelling of core.phone; None when withheld
    state: Mapped[TicketState] = mapped_column(words(TicketState, "state"))
    outcome: Mapped[Outcome | None] = mapped_column(words(Outcome, "outcome"))
    first_agent: Mapped[str | None]
    talk_seconds: Mapped[float | None]
    rating: Mapped[int | None]
    new_at: Mapped[datetime] = mapped_column(INSTANT)
    call_ended_at: Mapped[datetime | None] = mapped_column(INSTANT)
    transferred_at: Mapped[datetime | None] = mapped_column(INSTANT)
    closed_at: Mapped[datetime | None] = mapped_column(INSTANT)


class TicketEvent(Base):
    """One line of a ticket's story; the database refuses to change or remove it.

    `from_state` is None at the opening and equal to `to_state` when a fact was noted without a
    move. `act` and `facts` are what a person did and said. `at` is when it happened, `recorded_at`
    when we wrote it down.
    """

    __tablename__ = "ticket_event"
    __table_args__ = (CheckConstraint(_lawful(), name="moves_by_the_table"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    from_state: Mapped[TicketState | None] = mapped_column(words(TicketState, "from_state"))
    to_state: Mapped[TicketState] = mapped_column(words(TicketState, "to_state"))
    actor: Mapped[str]
    reason: Mapped[str]
    act: Mapped[Act | None] = mapped_column(words(Act, "act"))
    facts: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    at: Mapped[datetime] = mapped_column(INSTANT)
    recorded_at: Mapped[datetime] = mapped_column(INSTANT, server_default=func.now())


class TicketDay(Base):
    """How many tickets a local day has; its row lock makes numbers gap-free and in one order."""

    __tablename__ = "ticket_day"
    __table_args__ = (CheckConstraint("last >= 0", name="last_is_not_negative"),)

    day: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[int]
