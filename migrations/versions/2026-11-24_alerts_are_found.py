"""Calls in which an emergency button was pressed are found among all others at once."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_alerts"
down_revision = "20261124_pictures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_index(
        "ix_call_alerts", "call", ["started_at"], postgresql_where=sa.text("parties ? 'alerts'")
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_call_alerts", "call")
