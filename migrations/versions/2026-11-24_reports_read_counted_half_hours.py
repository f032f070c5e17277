"""Reports read what half-hours, hours and days add up to, and not every call of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_counts"
down_revision = "20261124_witness"
branch_labels = None
depends_on = None

AMOUNTS = (
    "arrivals", "running", "asked", "misfits", "late", "blocked_trunk", "ivr_hangup", "ivr_served",
    "closed", "queue_full", "no_agent_at_join", "answered", "abandoned_short", "abandoned",
    "left_empty", "timed_out", "diverted", "callback_taken", "voicemail", "handed_to_emergency",
    "technical_failure", "requests", "queued", "answered_in_time", "answered_in_time_of_call",
    "abandoned_in_time", "waited", "waited_abandoned", "waited_all", "reached", "rang", "talked",
    "rated", "satisfied",
)  # fmt: skip
LONGEST = ("longest_wait", "longest_talk")
INSTANT = postgresql.TIMESTAMP(timezone=True)
HALF_HOUR = "date_bin('30 minutes', started_at, timestamptz '2000-01-01 00:00+08')"

# A call that moves to another half-hour leaves a mark on both.
MARK = f"""
    CREATE FUNCTION mark_counts() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            INSERT INTO count_mark (half_hour) SELECT DISTINCT {HALF_HOUR} FROM after_write;
        ELSIF TG_OP = 'DELETE' THEN
            INSERT INTO count_mark (half_hour) SELECT DISTINCT {HALF_HOUR} FROM before_write;
        ELSE
            INSERT INTO count_mark (half_hour)
            SELECT {HALF_HOUR} FROM before_write UNION SELECT {HALF_HOUR} FROM after_write;
        END IF;
        RETURN NULL;
    END $$
"""  # noqa: S608 - of our own words
FIRST_MARKS = f"INSERT INTO count_mark (half_hour) SELECT DISTINCT {HALF_HOUR} FROM call"  # noqa: S608
SEES = {
    "insert": "NEW TABLE AS after_write",
    "update": "OLD TABLE AS before_write NEW TABLE AS after_write",
    "delete": "OLD TABLE AS before_write",
}


def _counts(table: str, *keys: sa.Column[str]) -> None:
    op.create_table(
        table,
        sa.Column("begins", INSTANT, nullable=False),
        *keys,
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in AMOUNTS),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in LONGEST),
        sa.PrimaryKeyConstraint("begins", *(key.name for key in keys), name=op.f(f"pk_{table}")),
    )


def _line_and_queue() -> tuple[sa.Column[str], ...]:
    return tuple(sa.Column(name, sa.String(), nullable=False) for name in ("line", "queue"))


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _counts("half_hour_count", *_line_and_queue())
    _counts("hour_count")
    _counts("day_count", *_line_and_queue())
    op.create_index(
        "ix_half_hour_count_misfits",
        "half_hour_count",
        ["begins"],
        postgresql_where=sa.text("misfits > 0"),
    )
    op.create_table(
        "count_mark",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("half_hour", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_mark")),
    )
    op.create_index("ix_count_mark_half_hour", "count_mark", ["half_hour"])
    op.create_table(
        "day_witness",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("heard_at", INSTANT, nullable=True),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.Column("arrivals", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("doubts", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_day_witness")),
    )
    stale, doubts = sa.text("stale"), sa.text("doubts <> '[]'::jsonb")
    op.create_index("ix_day_witness_stale", "day_witness", ["day"], postgresql_where=stale)
    op.create_index("ix_day_witness_doubts", "day_witness", ["day"], postgresql_where=doubts)
    op.execute(MARK)
    for event, sees in SEES.items():
        op.execute(
            f"CREATE TRIGGER mark_counts_{event} AFTER {event.upper()} ON call "
            f"REFERENCING {sees} FOR EACH STATEMENT EXECUTE FUNCTION mark_counts()"
        )
    op.execute(FIRST_MARKS)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for event in SEES:
        op.execute(f"DROP TRIGGER mark_counts_{event} ON call")
    op.execute("DROP FUNCTION mark_counts()")
    for table in ("day_witness", "count_mark", "day_count", "hour_count", "half_hour_count"):
        op.drop_table(table)
