"""Changes of a ticket have keys; urgings are counted; a form says who wrote it last."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_requests"
down_revision = "20261124_follow_up"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "ticket_request",
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("asked", sa.String(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("who", "key", name=op.f("pk_ticket_request")),
    )
    op.create_index("ix_ticket_request_at", "ticket_request", ["at"])
    op.add_column("matter", sa.Column("urges", sa.Integer(), server_default="0", nullable=False))
    op.add_column("matter", sa.Column("changed_by", sa.String(), nullable=True))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column("matter", "changed_by")
    op.drop_column("matter", "urges")
    op.drop_table("ticket_request")
