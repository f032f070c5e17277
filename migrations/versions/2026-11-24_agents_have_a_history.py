"""What agents declared and what their phones did is kept, line by line."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_agents"
down_revision = "20261124_life_of_flows"
branch_labels = None
depends_on = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
CHANGES = (
    "joined", "left", "paused", "unpaused", "sign-in", "sign-out", "break", "available",
    "wrap-up-longer", "unreachable", "reachable", "wrap-up",
)  # fmt: skip


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "agent_event",
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("pos", sa.BigInteger(), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column(
            "change",
            sa.Enum(*CHANGES, name="change", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("call_uid", sa.String(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column(
            "declared",
            sa.Enum(
                "available", "break", "offline",
                name="declared", native_enum=False, create_constraint=True, length=32,
            ),
            nullable=False,
        ),
        sa.Column("declared_reason", sa.String(), nullable=False),
        sa.Column("reachable", sa.Boolean(), nullable=False),
        sa.Column("queues", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("file_id", "pos", name="pk_agent_event"),
    )  # fmt: skip
    op.create_index("ix_agent_event_agent_at", "agent_event", ["agent", "at"])
    op.create_index("ix_agent_event_at", "agent_event", ["at"])
    op.create_table(
        "agent_leg",
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("call_uid", sa.String(), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("uid", name="pk_agent_leg"),
    )
    op.create_index("ix_agent_leg_agent_started_at", "agent_leg", ["agent", "started_at"])
    op.create_index("ix_agent_leg_started_at", "agent_leg", ["started_at"])
    op.create_index("ix_agent_leg_call_uid", "agent_leg", ["call_uid"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("agent_leg")
    op.drop_table("agent_event")
