"""One row for each recording."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_recordings"
down_revision = "20261124_tickets"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "recording",
        sa.Column("call_uid", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "finished",
                "missing",
                "failed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("path", sa.String(), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.Column("channels", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("finished_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'finished') = (reason IS NULL)",
            name=op.f("ck_recording_reason_when_not_finished"),
        ),
        sa.CheckConstraint(
            "state <> 'finished' OR (path IS NOT NULL AND seconds IS NOT NULL "
            "AND channels IS NOT NULL AND sha256 IS NOT NULL)",
            name=op.f("ck_recording_finished_is_complete"),
        ),
        sa.PrimaryKeyConstraint("call_uid", name=op.f("pk_recording")),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("recording")
