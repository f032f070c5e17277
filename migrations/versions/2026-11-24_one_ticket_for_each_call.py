"""One ticket for each call."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_tickets"
down_revision = "20261124_ledger"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "ticket",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("call_uid", sa.String(), nullable=False),
        sa.Column("query_code", sa.String(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("caller", sa.String(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "NEW",
                "TRANSFERRED",
                "CLOSED",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "outcome",
            sa.Enum(
                "blocked_trunk",
                "ivr_hangup",
                "ivr_served",
                "closed",
                "queue_full",
                "no_agent_at_join",
                "answered",
                "abandoned_short",
                "abandoned",
                "left_empty",
                "timed_out",
                "diverted",
                "callback_taken",
                "voicemail",
                "handed_to_emergency",
                "technical_failure",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("first_agent", sa.String(), nullable=True),
        sa.Column("talk_seconds", sa.Double(), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("new_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("call_ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("transferred_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'CLOSED') = (closed_at IS NOT NULL)", name=op.f("ck_ticket_time_when_closed")
        ),
        sa.CheckConstraint(
            "(state = 'TRANSFERRED') = (transferred_at IS NOT NULL)",
            name=op.f("ck_ticket_time_when_transferred"),
        ),
        sa.CheckConstraint(
            "query_code ~ '^[0-9]{6}$'", name=op.f("ck_ticket_query_code_is_six_digits")
        ),
        sa.CheckConstraint(
            "state = 'NEW' OR outcome IS NOT NULL", name=op.f("ck_ticket_outcome_when_closed")
        ),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_ticket_rating_is_one_to_five")),
        sa.CheckConstraint("talk_seconds >= 0", name=op.f("ck_ticket_talk_is_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("call_uid", name=op.f("uq_ticket_call_uid")),
        sa.UniqueConstraint("number", name=op.f("uq_ticket_number")),
        postgresql_with={"fillfactor": 75},
    )
    op.create_index("ix_ticket_query_code_caller", "ticket", ["query_code", "caller"], unique=False)
    op.create_index("ix_ticket_caller_id", "ticket", ["caller", "id"], unique=False)
    op.create_index("ix_ticket_new_at_id", "ticket", ["new_at", "id"], unique=False)
    op.create_table(
        "ticket_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.CheckConstraint("last >= 0", name=op.f("ck_ticket_day_last_is_not_negative")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_ticket_day")),
    )
    op.create_table(
        "ticket_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "from_state",
            sa.Enum(
                "NEW",
                "TRANSFERRED",
                "CLOSED",
                name="from_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "to_state",
            sa.Enum(
                "NEW",
                "TRANSFERRED",
                "CLOSED",
                name="to_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column(
            "recorded_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_event_ticket_id_ticket")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_event")),
    )
    op.create_index(op.f("ix_ticket_event_ticket_id"), "ticket_event", ["ticket_id"], unique=False)
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ticket_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("ticket_event")
    op.drop_table("ticket_day")
    op.drop_table("ticket")
