"""One row for each call-back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_callbacks"
down_revision = "20261124_exchange"
branch_labels = None
depends_on = None

_STATES = (
    "offered", "taken", "waiting", "agent_told", "ringing", "paused", "reached", "not_reached",
    "cancelled", "expired",
)  # fmt: skip


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def _instant(name: str, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, postgresql.TIMESTAMP(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "callback",
        sa.Column("call_uid", sa.String(), nullable=False),
        sa.Column("source", _words("source", "asked", "abandoned"), nullable=False),
        sa.Column("state", _words("state", *_STATES), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        _instant("offered_at", nullable=False),
        _instant("taken_at"),
        _instant("promised_until"),
        _instant("since"),
        sa.Column("tries", sa.Integer(), nullable=False),
        _instant("placed_at"),
        sa.Column("missed", sa.Integer(), nullable=False),
        _instant("missed_at"),
        sa.Column("agent", sa.String(), nullable=True),
        _instant("reached_at"),
        _instant("ended_at"),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("call_uid", name=op.f("pk_callback")),
    )
    op.create_index(
        "ix_callback_live",
        "callback",
        ["number"],
        postgresql_where=sa.text(
            "state IN ('taken', 'waiting', 'agent_told', 'ringing', 'paused')"
        ),
    )
    op.create_index("ix_callback_taken_at", "callback", ["taken_at"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("callback")
