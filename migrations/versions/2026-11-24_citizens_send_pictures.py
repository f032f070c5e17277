"""Citizens send pictures with their matters; each is anybody's until a matter names it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_pictures"
down_revision = "20261124_oversight"
branch_labels = None
depends_on = None

INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "citizen_picture",
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("mime", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("attached_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "(ticket_id IS NULL) = (attached_at IS NULL)", name="time_when_attached"
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name="fk_citizen_picture_ticket_id_ticket"
        ),
        sa.PrimaryKeyConstraint("token", name="pk_citizen_picture"),
    )
    op.create_index("ix_citizen_picture_ticket_id", "citizen_picture", ["ticket_id"])
    op.create_index(
        "ix_citizen_picture_loose",
        "citizen_picture",
        ["made_at"],
        postgresql_where=sa.text("ticket_id IS NULL"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("citizen_picture")
