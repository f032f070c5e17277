"""The ledger keeps every line of the switch."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_ledger"
down_revision = "20261124_jobs"
branch_labels = None
depends_on = None

# Raw rows are evidence: whoever changes one, on purpose or not, is refused.
APPEND_ONLY = """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END
    $$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(APPEND_ONLY)
    op.create_table(
        "call",
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("did", sa.String(), nullable=False),
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("started_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("flow", sa.String(), nullable=True),
        sa.Column("flow_version", sa.String(), nullable=True),
        sa.Column("query_code", sa.String(), nullable=True),
        sa.Column("keys", sa.String(), nullable=False),
        sa.Column("human_requested_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("queue", sa.String(), nullable=True),
        sa.Column("queue_visits", sa.Integer(), nullable=False),
        sa.Column("answered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("agent", sa.String(), nullable=True),
        sa.Column("partner", sa.String(), nullable=True),
        sa.Column("wait_seconds", sa.Double(), nullable=True),
        sa.Column("ring_seconds", sa.Double(), nullable=True),
        sa.Column("talk_seconds", sa.Double(), nullable=True),
        sa.Column("callback_number", sa.String(), nullable=True),
        sa.Column("message_path", sa.String(), nullable=True),
        sa.Column("message_seconds", sa.Double(), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("survival", sa.String(), nullable=True),
        sa.Column("orphaned", sa.Boolean(), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column(
            "ended_by",
            sa.Enum(
                "caller",
                "agent",
                "system",
                name="ended_by",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
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
        sa.Column("settled_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("late_changes", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (outcome IS NULL)", name=op.f("ck_call_outcome_when_ended")
        ),
        sa.CheckConstraint("ended_at >= started_at", name=op.f("ck_call_ends_after_start")),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_call_rating_is_one_to_five")),
        sa.CheckConstraint(
            "settled_at IS NULL OR ended_at IS NOT NULL", name=op.f("ck_call_ended_when_settled")
        ),
        sa.PrimaryKeyConstraint("uid", name=op.f("pk_call")),
        postgresql_with={"fillfactor": 75},
    )
    op.create_index("ix_call_day", "call", ["day"], unique=False)
    op.create_index("ix_call_started_at_uid", "call", ["started_at", "uid"], unique=False)
    op.create_index(
        "ix_call_unsettled",
        "call",
        ["node"],
        unique=False,
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_table(
        "ledger_position",
        sa.Column("node", sa.String(), nullable=False),
        sa.Column(
            "stream",
            sa.Enum(
                "cel",
                "queue_log",
                "journal",
                name="stream",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("pos", sa.BigInteger(), nullable=False),
        sa.Column("read_up_to", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("seen_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("unread_bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("node", "stream", name=op.f("pk_ledger_position")),
    )
    op.create_table(
        "switch_event",
        sa.Column("call_uid", sa.String(), nullable=False),
        sa.Column("file_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("pos", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("call_uid", "file_id", "pos", name=op.f("pk_switch_event")),
    )
    op.create_index(
        "ix_switch_event_restart",
        "switch_event",
        ["file_id"],
        unique=False,
        postgresql_where=sa.text(
            "kind = 'QUEUESTART' OR kind = 'CHAN_START' AND right(call_uid, 2) = '.0'"
        ),
    )
    op.create_table(
        "switch_file",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column(
            "stream",
            sa.Enum(
                "cel",
                "queue_log",
                "journal",
                name="stream",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("ident", sa.String(), nullable=False),
        sa.Column("head", sa.String(), nullable=False),
        sa.Column("first_at", sa.Double(), nullable=False),
        sa.Column("opened_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("finished_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("lost", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_switch_file")),
    )
    op.create_index("ix_switch_file_node_stream", "switch_file", ["node", "stream"], unique=False)
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON switch_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("switch_file")
    op.drop_table("switch_event")
    op.drop_table("ledger_position")
    op.drop_table("call")
    op.execute("DROP FUNCTION refuse_change()")
