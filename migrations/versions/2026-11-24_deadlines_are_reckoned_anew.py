"""Clocks keep what was added to their limits, so that a changed calendar can reckon them anew."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_reckoning"
down_revision = "20261124_attempts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column(
        "ticket_clock",
        sa.Column("added", sa.ARRAY(sa.String()), server_default="{}", nullable=False),
    )
    op.add_column(
        "ticket_clock",
        sa.Column("hurried_from", postgresql.TIMESTAMP(timezone=True), nullable=True),
    )
    op.create_index(
        "ix_ticket_clock_edition",
        "ticket_clock",
        ["edition", "id"],
        postgresql_where=sa.text("stopped_at IS NULL"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_ticket_clock_edition", table_name="ticket_clock")
    op.drop_column("ticket_clock", "hurried_from")
    op.drop_column("ticket_clock", "added")
