"""Clocks have alarms; cards and letters of supervision are rows, and notices carry them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_cards"
down_revision = "20261124_callbacks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "ticket_card",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("clock_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "warning",
                "yellow",
                "red",
                "letter",
                "escalation",
                "censure",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "due",
                "issued",
                "served",
                "answered",
                "withdrawn",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("deadline", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("edition", sa.String(), nullable=False),
        sa.Column(
            "cause",
            sa.Enum(
                "yellow-card",
                "red-card",
                "redo",
                "leaders-note",
                "media",
                name="cause",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("level", sa.Integer(), server_default="0", nullable=False),
        sa.Column("letter_no", sa.String(), nullable=True),
        sa.Column("reply_due_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("issued_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("served_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("served_by", sa.String(), nullable=True),
        sa.Column("answered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("answer", sa.String(), server_default="", nullable=False),
        sa.Column("withdrawn_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("withdrawn_because", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(letter_no IS NULL) = (issued_at IS NULL OR kind IN ('warning', 'yellow', 'red'))",
            name=op.f("ck_ticket_card_letters_have_a_number"),
        ),
        sa.CheckConstraint(
            "(state = 'answered') = (answered_at IS NOT NULL)",
            name=op.f("ck_ticket_card_time_of_answer"),
        ),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_because IS NOT NULL)",
            name=op.f("ck_ticket_card_withdrawn_says_why"),
        ),
        sa.CheckConstraint(
            "state <> 'withdrawn' OR issued_at IS NULL OR kind IN ('warning', 'yellow')",
            name=op.f("ck_ticket_card_red_stays_issued"),
        ),
        sa.CheckConstraint(
            "state IN ('due', 'withdrawn') OR issued_at IS NOT NULL",
            name=op.f("ck_ticket_card_issued_at_an_instant"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('served', 'answered') OR served_at IS NOT NULL",
            name=op.f("ck_ticket_card_time_when_served"),
        ),
        sa.CheckConstraint(
            "(served_at IS NULL) = (served_by IS NULL)",
            name=op.f("ck_ticket_card_served_by_somebody"),
        ),
        sa.CheckConstraint(
            "level BETWEEN 0 AND 3", name=op.f("ck_ticket_card_supervision_has_three_levels")
        ),
        sa.ForeignKeyConstraint(
            ["clock_id"], ["ticket_clock.id"], name=op.f("fk_ticket_card_clock_id_ticket_clock")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_card_ticket_id_ticket")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_card")),
        sa.UniqueConstraint("letter_no", name=op.f("uq_ticket_card_letter_no")),
    )
    op.create_index(
        "ix_ticket_card_due",
        "ticket_card",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state = 'due'"),
    )
    op.create_index(op.f("ix_ticket_card_ticket_id"), "ticket_card", ["ticket_id"], unique=False)
    op.create_index("ix_ticket_card_unit", "ticket_card", ["unit", "id"], unique=False)
    op.create_index(
        "uq_ticket_card_once",
        "ticket_card",
        ["clock_id", "kind", "deadline"],
        unique=True,
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column(
            "addressee",
            sa.Enum(
                "clerk",
                "head",
                "leader",
                name="addressee",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("card_id", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("read_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("read_by", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(read_at IS NULL) = (read_by IS NULL)", name=op.f("ck_notice_read_by_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["card_id"], ["ticket_card.id"], name=op.f("fk_notice_card_id_ticket_card")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_notice_ticket_id_ticket")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index(op.f("ix_notice_ticket_id"), "notice", ["ticket_id"], unique=False)
    op.create_index("ix_notice_unit_id", "notice", ["unit", "id"], unique=False)
    op.create_index(
        "ix_notice_unread",
        "notice",
        ["unit", "id"],
        unique=False,
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_index(
        "ix_matter_review_on",
        "matter",
        ["review_on"],
        unique=False,
        postgresql_where=sa.text("review_on IS NOT NULL"),
    )
    op.add_column(
        "ticket_clock",
        sa.Column(
            "card",
            sa.Enum(
                "warning",
                "yellow",
                "red",
                "letter",
                "escalation",
                "censure",
                name="card",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
    )
    op.add_column(
        "ticket_clock",
        sa.Column(
            "next_card",
            sa.Enum(
                "warning",
                "yellow",
                "red",
                "letter",
                "escalation",
                "censure",
                name="next_card",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
    )
    op.add_column(
        "ticket_clock", sa.Column("alert_at", postgresql.TIMESTAMP(timezone=True), nullable=True)
    )
    op.create_index(
        "ix_ticket_clock_alert_at",
        "ticket_clock",
        ["alert_at"],
        unique=False,
        postgresql_where=sa.text("alert_at IS NOT NULL"),
    )
    op.create_index(
        "ix_ticket_clock_unit",
        "ticket_clock",
        ["unit", "due_at"],
        unique=False,
        postgresql_where=sa.text("stopped_at IS NULL"),
    )
    op.create_check_constraint(
        op.f("ck_ticket_clock_no_alarm_at_rest"),
        "ticket_clock",
        "alert_at IS NULL OR (stopped_at IS NULL AND paused_at IS NULL)",
    )
    op.create_check_constraint(
        op.f("ck_ticket_clock_alarm_is_for_a_card"),
        "ticket_clock",
        "(alert_at IS NULL) = (next_card IS NULL)",
    )
    # Clocks that run already are reckoned anew by the timer, and get their alarms then.
    op.execute("UPDATE ticket_clock SET edition = '' WHERE stopped_at IS NULL")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index(
        "ix_ticket_clock_unit",
        table_name="ticket_clock",
        postgresql_where=sa.text("stopped_at IS NULL"),
    )
    op.drop_index(
        "ix_ticket_clock_alert_at",
        table_name="ticket_clock",
        postgresql_where=sa.text("alert_at IS NOT NULL"),
    )
    op.drop_column("ticket_clock", "alert_at")
    op.drop_column("ticket_clock", "next_card")
    op.drop_column("ticket_clock", "card")
    op.drop_index(
        "ix_matter_review_on",
        table_name="matter",
        postgresql_where=sa.text("review_on IS NOT NULL"),
    )
    op.drop_index(
        "ix_notice_unread", table_name="notice", postgresql_where=sa.text("read_at IS NULL")
    )
    op.drop_index("ix_notice_unit_id", table_name="notice")
    op.drop_index(op.f("ix_notice_ticket_id"), table_name="notice")
    op.drop_table("notice")
    op.drop_index(
        "uq_ticket_card_once",
        table_name="ticket_card",
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )
    op.drop_index("ix_ticket_card_unit", table_name="ticket_card")
    op.drop_index(op.f("ix_ticket_card_ticket_id"), table_name="ticket_card")
    op.drop_index(
        "ix_ticket_card_due", table_name="ticket_card", postgresql_where=sa.text("state = 'due'")
    )
    op.drop_table("ticket_card")
