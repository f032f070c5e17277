"""Calls say who took part: attempts to hand them over, and the voices of the recording."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_parties"
down_revision = "20261124_agent_days"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("call", sa.Column("parties", postgresql.JSONB(), nullable=True))
    op.add_column("recording", sa.Column("segments", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column("recording", "segments")
    op.drop_column("call", "parties")
