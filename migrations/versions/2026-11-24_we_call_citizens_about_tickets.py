"""One row for each call that we make about a ticket, a person's through the switch or automatic."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_outbound"
down_revision = "20261124_views"
branch_labels = None
depends_on = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
ENDINGS = (
    "reached", "no-answer", "busy", "hung-up", "cancelled", "not-started", "failed",
)  # fmt: skip


def _words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "outbound_call",
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("purpose", _words("purpose", "follow-up", "relay"), nullable=False),
        sa.Column("way", _words("way", "person", "automatic"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("follow_up_id", sa.BigInteger(), nullable=True),
        sa.Column("first_phone", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("placed_at", INSTANT, nullable=False),
        sa.Column("rang_at", INSTANT, nullable=True),
        sa.Column("reached_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("ending", _words("ending", *ENDINGS), nullable=True),
        sa.Column("answers", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.CheckConstraint("(ended_at IS NULL) = (ending IS NULL)", name="ending_when_ended"),
        sa.CheckConstraint("settled_at IS NULL OR ended_at IS NOT NULL", name="settled_after_end"),
        sa.CheckConstraint(
            "(way = 'automatic') = (first_phone IS NULL)", name="a_person_has_a_phone"
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name="fk_outbound_call_ticket_id_ticket"
        ),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["follow_up.id"], name="fk_outbound_call_follow_up_id_follow_up"
        ),
        sa.PrimaryKeyConstraint("uid", name="pk_outbound_call"),
    )
    op.create_index(
        "uq_outbound_call_automatic",
        "outbound_call",
        ["follow_up_id"],
        unique=True,
        postgresql_where=sa.text("way = 'automatic' AND ended_at IS NULL"),
    )
    op.create_index(
        "ix_outbound_call_open",
        "outbound_call",
        ["node"],
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_index("ix_outbound_call_ticket_id", "outbound_call", ["ticket_id"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("outbound_call")
