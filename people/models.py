"""The tables of this room: persons, their sessions, wrong tries, and the audit log."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.database import INSTANT, Base, words
from people.roles import SEATS, UNITS, Role


def _among(roles: frozenset[Role]) -> str:
    return ", ".join(f"'{role}'" for role in sorted(roles))


class Person(Base):
    """Somebody who signs in. `totp_used` is the last half-minute whose code was shown."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint(
            f"(role IN ({_among(UNITS)})) = (unit IS NOT NULL)", name="units_have_a_unit"
        ),
        CheckConstraint(f"seat IS NULL OR role IN ({_among(SEATS)})", name="who_has_a_seat"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    shown: Mapped[str]
    role: Mapped[Role] = mapped_column(words(Role, "role"))
    seat: Mapped[str | None] = mapped_column(unique=True)
    unit: Mapped[str | None]
    password: Mapped[str]
    totp: Mapped[str | None]
    totp_used: Mapped[int] = mapped_column(BigInteger, server_default="0")
    locked_at: Mapped[datetime | None] = mapped_column(INSTANT)
    made_at: Mapped[datetime] = mapped_column(INSTANT)


class SignedIn(Base):
    """One browser of one person. Only the digest of its cookie is known here."""

    __tablename__ = "person_session"

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    csrf: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(INSTANT)
    seen_at: Mapped[datetime] = mapped_column(INSTANT)


class WrongTry(Base):
    """Wrong tries in a row for a name, whether anybody has it or not."""

    __tablename__ = "sign_in_failure"

    name: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(INSTANT, index=True)
    until: Mapped[datetime] = mapped_column(INSTANT)


class AuditLine(Base):
    """Who did or saw what, when and why; each line seals the one before. Never changed."""

    __tablename__ = "audit_log"
    __table_args__ = (Index("ix_audit_log_what_id", "what", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(INSTANT)
    who: Mapped[str] = mapped_column(index=True)
    role: Mapped[str]
    what: Mapped[str]
    object: Mapped[str]
    reason: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(JSONB)
    seal: Mapped[bytes] = mapped_column(LargeBinary)
