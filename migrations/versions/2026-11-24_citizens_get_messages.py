"""Messages to citizens' phones, and the links by which they answer."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_messages"
down_revision = "20261124_outbound"
branch_labels = None
depends_on = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
STATES = ("waiting", "sent", "refused", "given-up")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "text_message",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*STATES, name="state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("fault", sa.String(), server_default="", nullable=False),
        sa.Column("receipt", sa.String(), nullable=True),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.CheckConstraint("(state = 'waiting') = (settled_at IS NULL)", name="time_when_settled"),
        sa.CheckConstraint("length(text) BETWEEN 1 AND 500", name="text_is_a_message"),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name="fk_text_message_ticket_id_ticket"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_text_message"),
        sa.UniqueConstraint("key", name="uq_text_message_key"),
    )
    op.create_index("ix_text_message_ticket_id", "text_message", ["ticket_id"])
    op.create_table(
        "follow_up_link",
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("follow_up_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["follow_up.id"], name="fk_follow_up_link_follow_up_id_follow_up"
        ),
        sa.PrimaryKeyConstraint("token", name="pk_follow_up_link"),
        sa.UniqueConstraint("follow_up_id", name="uq_follow_up_link_follow_up_id"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("follow_up_link")
    op.drop_table("text_message")
