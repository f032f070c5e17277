"""The tables of audits and assessments; the database refuses to change or remove any row."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.database import INSTANT, Base, words
from oversight.words import AssessmentAct, Decision, Promise


class Audit(Base):
    """One audit of a day; a day may be audited again, the newest counts.

    `coverage` is by promise {"due": n, "kept": n, "excused": n}.
    """

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_day", "day", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    day: Mapped[date]
    at: Mapped[datetime] = mapped_column(INSTANT)
    actor: Mapped[str]
    coverage: Mapped[dict[str, dict[str, int]]] = mapped_column(JSONB)


class Defect(Base):
    """A ticket of which a promise was not kept, why, and who has to mend it."""

    __tablename__ = "audit_defect"
    __table_args__ = (Index("ix_audit_defect_audit_id", "audit_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    promise: Mapped[Promise] = mapped_column(words(Promise, "promise"))
    owner: Mapped[str]
    why: Mapped[str]


class AssessmentEvent(Base):
    """One act on the assessment of a month: it is frozen, appealed against, decided, published.

    `month` is its first day. `appeal_id` names the appeal that a decision is about, `points` what
    it adds to the unit's score.
    """

    __tablename__ = "assessment_event"
    __table_args__ = (
        CheckConstraint("extract(day FROM month) = 1", name="month_is_its_first_day"),
        CheckConstraint("(act = 'decide') = (appeal_id IS NOT NULL)", name="decision_names_appeal"),
        CheckConstraint("(act = 'decide') = (decision IS NOT NULL)", name="decision_is_a_word"),
        CheckConstraint("(act IN ('appeal', 'decide')) = (unit IS NOT NULL)", name="of_a_unit"),
        CheckConstraint("points BETWEEN -100 AND 100", name="points_are_few"),
        Index(
            "uq_assessment_event_once",
            "month",
            "act",
            unique=True,
            postgresql_where=text("act IN ('freeze', 'publish')"),
        ),
        Index("uq_assessment_event_appeal_id", "appeal_id", unique=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    month: Mapped[date]
    act: Mapped[AssessmentAct] = mapped_column(words(AssessmentAct, "act"))
    unit: Mapped[str | None]
    actor: Mapped[str]
    reason: Mapped[str]
    evidence: Mapped[str]
    appeal_id: Mapped[int | None] = mapped_column(ForeignKey("assessment_event.id"))
    decision: Mapped[Decision | None] = mapped_column(words(Decision, "decision"))
    points: Mapped[float]
    at: Mapped[datetime] = mapped_column(INSTANT)


class Score(Base):
    """What a unit's month came to when it was frozen; decisions of appeals are added when shown.

    `parts` are {"name": {"value", "weight", "points"}}; `counts` is what they were computed of.
    """

    __tablename__ = "assessment_score"

    month: Mapped[date] = mapped_column(primary_key=True)
    unit: Mapped[str] = mapped_column(primary_key=True)
    peers: Mapped[str]
    sample: Mapped[int]
    score: Mapped[float | None]
    parts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB)


class Exclusion(Base):
    """A ticket of a unit that does not count in a month, and why."""

    __tablename__ = "assessment_exclusion"
    __table_args__ = (Index("ix_assessment_exclusion_ticket_id", "ticket_id"),)

    month: Mapped[date] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    unit: Mapped[str]
    why: Mapped[str]
