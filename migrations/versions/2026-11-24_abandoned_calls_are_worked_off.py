"""Call-backs keep their attempts and may be settled by a person; they are found by number."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_attempts"
down_revision = "20261124_requests"
branch_labels = None
depends_on = None

BEFORE = (
    "offered", "taken", "waiting", "agent_told", "ringing", "paused", "reached", "not_reached",
    "cancelled", "expired",
)  # fmt: skip
AFTER = (*BEFORE, "settled")


def _allow(states: tuple[str, ...]) -> None:
    words = ", ".join(f"'{state}'" for state in states)
    op.drop_constraint(op.f("ck_callback_state"), "callback")
    op.create_check_constraint(op.f("ck_callback_state"), "callback", f"state IN ({words})")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _allow(AFTER)
    empty = sa.text("'[]'::jsonb")
    attempts = sa.Column("attempts", postgresql.JSONB(), nullable=False, server_default=empty)
    op.add_column("callback", attempts)
    op.alter_column("callback", "attempts", server_default=None)
    op.create_index("ix_callback_number", "callback", ["number"])


def downgrade() -> None:
    """Refuses, by the constraint, as long as a call-back is settled."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_callback_number", "callback")
    op.drop_column("callback", "attempts")
    _allow(BEFORE)
