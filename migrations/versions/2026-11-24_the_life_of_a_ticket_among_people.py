"""Matters, units' tasks, clocks and hops; a ticket may come by another door than the phone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_matters"
down_revision = "20261124_counts"
branch_labels = None
depends_on = None


def _replace_checks(unless: str) -> None:
    """Only the end of a call says how a ticket of the phone ended."""
    name = op.f("ck_ticket_outcome_when_closed")
    op.drop_constraint(name, "ticket")
    op.create_check_constraint(
        name, "ticket", f"{unless}state NOT IN ('TRANSFERRED', 'CLOSED') OR outcome IS NOT NULL"
    )


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "matter",
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("type", sa.String(), nullable=True),
        sa.Column(
            "urgency",
            sa.Enum(
                "normal",
                "expedited",
                "urgent",
                "critical",
                name="urgency",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("area", sa.String(), nullable=True),
        sa.Column("enterprise", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("title", sa.String(), server_default="", nullable=False),
        sa.Column("details", sa.String(), server_default="", nullable=False),
        sa.Column("address", sa.String(), server_default="", nullable=False),
        sa.Column("contact_name", sa.String(), server_default="", nullable=False),
        sa.Column("contact_phone", sa.String(), nullable=True),
        sa.Column(
            "secrecy",
            sa.Enum(
                "public",
                "normal",
                "confidential",
                "report",
                name="secrecy",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "duplicates_checked", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
        sa.Column("answer", sa.String(), server_default="", nullable=False),
        sa.Column("public_reply", sa.String(), server_default="", nullable=False),
        sa.Column("first_unit", sa.String(), nullable=True),
        sa.Column("lead", sa.String(), nullable=True),
        sa.Column("dispatches", sa.Integer(), server_default="0", nullable=False),
        sa.Column("adjudicated", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("appealed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("extended", sa.Integer(), server_default="0", nullable=False),
        sa.Column("suspended_days", sa.Integer(), server_default="0", nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("redos", sa.Integer(), server_default="0", nullable=False),
        sa.Column("supervision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("satisfied", sa.Boolean(), nullable=True),
        sa.Column("solved", sa.Boolean(), nullable=True),
        sa.Column("main_id", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("length(details) <= 20000", name=op.f("ck_matter_details_are_no_book")),
        sa.CheckConstraint("main_id <> ticket_id", name=op.f("ck_matter_not_merged_into_itself")),
        sa.CheckConstraint("redos BETWEEN 0 AND 2", name=op.f("ck_matter_redos_at_most_two")),
        sa.CheckConstraint(
            "supervision BETWEEN 0 AND 3", name=op.f("ck_matter_supervision_has_three_levels")
        ),
        sa.CheckConstraint(
            "suspended_days BETWEEN 0 AND 90", name=op.f("ck_matter_suspended_at_most_90_days")
        ),
        sa.ForeignKeyConstraint(["main_id"], ["ticket.id"], name=op.f("fk_matter_main_id_ticket")),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_matter_ticket_id_ticket")
        ),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_matter")),
    )
    op.create_index("ix_matter_lead", "matter", ["lead"], unique=False)
    op.create_index(
        "ix_matter_main_id",
        "matter",
        ["main_id"],
        unique=False,
        postgresql_where=sa.text("main_id IS NOT NULL"),
    )
    op.create_table(
        "ticket_clock",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "dispatch",
                "sign",
                "first-contact",
                "first-reply",
                "on-site",
                "handle",
                "follow-up",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("limit", sa.String(), nullable=False),
        sa.Column("started_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("first_due_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("edition", sa.String(), nullable=False),
        sa.Column("paused_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("stopped_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("stopped_by", sa.String(), nullable=True),
        sa.CheckConstraint("due_at >= first_due_at", name=op.f("ck_ticket_clock_due_never_nearer")),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_clock_ticket_id_ticket")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_clock")),
    )
    op.create_index(
        "ix_ticket_clock_due_at",
        "ticket_clock",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("stopped_at IS NULL"),
    )
    op.create_index(op.f("ix_ticket_clock_ticket_id"), "ticket_clock", ["ticket_id"], unique=False)
    op.create_index(
        "uq_ticket_clock_running",
        "ticket_clock",
        ["ticket_id", "kind"],
        unique=True,
        postgresql_where=sa.text("stopped_at IS NULL"),
    )
    op.create_table(
        "ticket_hop",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "NEW",
                "TRIAGE",
                "ANSWERED",
                "SELF",
                "DISPATCHED",
                "SIGNED",
                "RETURN_REQ",
                "JOINT",
                "EXT_REQ",
                "SUSP_REQ",
                "SUSPENDED",
                "FEEDBACK",
                "REJECTED_FB",
                "REPLIED",
                "DONE",
                "CALLBACK",
                "REDO",
                "CLOSED",
                "INVALID",
                "UNREASONABLE",
                "WITHDRAWN",
                "MERGED",
                "OUT",
                "TRANSFERRED",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("since_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("until_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("until_at >= since_at", name=op.f("ck_ticket_hop_hop_goes_forward")),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_hop_ticket_id_ticket")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_hop")),
    )
    op.create_index(
        "ix_ticket_hop_holder",
        "ticket_hop",
        ["holder"],
        unique=False,
        postgresql_where=sa.text("until_at IS NULL"),
    )
    op.create_index(op.f("ix_ticket_hop_ticket_id"), "ticket_hop", ["ticket_id"], unique=False)
    op.create_index(
        "uq_ticket_hop_open",
        "ticket_hop",
        ["ticket_id"],
        unique=True,
        postgresql_where=sa.text("until_at IS NULL"),
    )
    op.create_table(
        "ticket_task",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "lead",
                "co",
                "child",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("opened_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ended_as", sa.String(), nullable=True),
        sa.Column("reply", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_as IS NULL)", name=op.f("ck_ticket_task_end_has_a_word")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["ticket_task.id"], name=op.f("fk_ticket_task_parent_id_ticket_task")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_task_ticket_id_ticket")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_task")),
    )
    op.create_index(op.f("ix_ticket_task_ticket_id"), "ticket_task", ["ticket_id"], unique=False)
    op.create_index(
        "ix_ticket_task_unit",
        "ticket_task",
        ["unit"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "uq_ticket_task_open_lead",
        "ticket_task",
        ["ticket_id"],
        unique=True,
        postgresql_where=sa.text("role = 'lead' AND ended_at IS NULL"),
    )
    op.add_column(
        "ticket",
        sa.Column(
            "channel",
            sa.Enum(
                "phone",
                "web",
                "app",
                "wechat",
                "sms",
                "province",
                "enterprise",
                "inspection",
                "police",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="phone",
            nullable=False,
        ),
    )
    op.add_column("ticket", sa.Column("external_id", sa.String(), nullable=True))
    op.alter_column("ticket", "call_uid", existing_type=sa.VARCHAR(), nullable=True)
    _replace_checks("call_uid IS NULL OR ")
    op.create_check_constraint(
        op.f("ck_ticket_comes_from_somewhere"),
        "ticket",
        "call_uid IS NOT NULL OR external_id IS NOT NULL",
    )
    op.create_index(
        "uq_ticket_external_id",
        "ticket",
        ["channel", "external_id"],
        unique=True,
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )
    op.add_column(
        "ticket_event",
        sa.Column(
            "act",
            sa.Enum(
                "register",
                "answer",
                "mark-invalid",
                "decline",
                "appeal",
                "transfer",
                "submit",
                "handle-here",
                "dispatch",
                "sign",
                "ask-return",
                "grant-return",
                "refuse-return",
                "join-units",
                "ask-extension",
                "grant-extension",
                "refuse-extension",
                "ask-suspension",
                "grant-suspension",
                "refuse-suspension",
                "resume",
                "feed-back",
                "reject-feedback",
                "take-up-again",
                "reply",
                "settle",
                "call-back",
                "archive",
                "archive-uncalled",
                "order-redo",
                "find-unreasonable",
                "supervise",
                "merge",
                "unmerge",
                "withdraw",
                "reopen",
                "call-transferred",
                "call-ended",
                "call-left-work",
                name="act",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
    )
    op.add_column(
        "ticket_event", sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=True)
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column("ticket_event", "facts")
    op.drop_column("ticket_event", "act")
    op.drop_constraint(op.f("ck_ticket_comes_from_somewhere"), "ticket")
    _replace_checks("")
    op.drop_index(
        "uq_ticket_external_id",
        table_name="ticket",
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )
    op.alter_column("ticket", "call_uid", existing_type=sa.VARCHAR(), nullable=False)
    op.drop_column("ticket", "external_id")
    op.drop_column("ticket", "channel")
    op.drop_index(
        "uq_ticket_task_open_lead",
        table_name="ticket_task",
        postgresql_where=sa.text("role = 'lead' AND ended_at IS NULL"),
    )
    op.drop_index(
        "ix_ticket_task_unit",
        table_name="ticket_task",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(op.f("ix_ticket_task_ticket_id"), table_name="ticket_task")
    op.drop_table("ticket_task")
    op.drop_index(
        "uq_ticket_hop_open", table_name="ticket_hop", postgresql_where=sa.text("until_at IS NULL")
    )
    op.drop_index(op.f("ix_ticket_hop_ticket_id"), table_name="ticket_hop")
    op.drop_index(
        "ix_ticket_hop_holder",
        table_name="ticket_hop",
        postgresql_where=sa.text("until_at IS NULL"),
    )
    op.drop_table("ticket_hop")
    op.drop_index(
        "uq_ticket_clock_running",
        table_name="ticket_clock",
        postgresql_where=sa.text("stopped_at IS NULL"),
    )
    op.drop_index(op.f("ix_ticket_clock_ticket_id"), table_name="ticket_clock")
    op.drop_index(
        "ix_ticket_clock_due_at",
        table_name="ticket_clock",
        postgresql_where=sa.text("stopped_at IS NULL"),
    )
    op.drop_table("ticket_clock")
    op.drop_index(
        "ix_matter_main_id", table_name="matter", postgresql_where=sa.text("main_id IS NOT NULL")
    )
    op.drop_index("ix_matter_lead", table_name="matter")
    op.drop_table("matter")
