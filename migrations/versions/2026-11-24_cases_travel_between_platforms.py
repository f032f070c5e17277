"""Cases travel between platforms as messages."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_exchange"
down_revision = "20261124_parties"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "exchange_message",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("peer", sa.String(), nullable=False),
        sa.Column("outward", sa.Boolean(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "case",
                "order",
                "alert",
                "result",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "receipted",
                "refused",
                "given-up",
                "taken",
                "quarantined",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("case_no", sa.String(), nullable=True),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("raw", sa.String(), nullable=True),
        sa.Column("nonce", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("fault", sa.String(), server_default="", nullable=False),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("settled_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "body IS NOT NULL OR raw IS NOT NULL", name=op.f("ck_exchange_message_says_something")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_message")),
        sa.UniqueConstraint("peer", "nonce", name=op.f("uq_exchange_message_peer_nonce")),
        sa.UniqueConstraint(
            "peer", "outward", "kind", "key", name=op.f("uq_exchange_message_peer_outward_kind_key")
        ),
    )
    op.create_index("ix_exchange_message_number", "exchange_message", ["number"], unique=False)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_exchange_message_number", table_name="exchange_message")
    op.drop_table("exchange_message")
