"""What agents' days went into is counted once they are over."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_agent_days"
down_revision = "20261124_looks"
branch_labels = None
depends_on = None

SPENT = ("talking", "ringing", "wrap_up", "on_break", "idle", "unreachable")
WRITTEN = {"agent_event": "at", "agent_leg": "started_at", "call": "started_at"}
SEES = {
    "insert": "NEW TABLE AS written",
    "update": "NEW TABLE AS written",
    "delete": "OLD TABLE AS written",
}


def _mark(table: str, instant: str) -> str:
    """Who is signed in on one day is so on the next until the lines of that day say otherwise."""
    day = f"({instant} AT TIME ZONE 'Asia/Shanghai')::date"
    return f"""
        CREATE FUNCTION mark_agents_by_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO agent_mark (day)
            SELECT {day} FROM written WHERE {instant} IS NOT NULL
            UNION SELECT {day} + 1 FROM written WHERE {instant} IS NOT NULL;
            RETURN NULL;
        END $$
    """  # noqa: S608 - of our own words


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "agent_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in SPENT),
        sa.PrimaryKeyConstraint("day", "agent", name="pk_agent_day"),
    )
    op.create_table(
        "agent_mark",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agent_mark"),
    )
    op.create_index("ix_agent_mark_day", "agent_mark", ["day"])
    for table, instant in WRITTEN.items():
        op.execute(_mark(table, instant))
        for event, sees in SEES.items():
            op.execute(
                f"CREATE TRIGGER mark_agents_{event} AFTER {event.upper()} ON {table} "
                f"REFERENCING {sees} FOR EACH STATEMENT "
                f"EXECUTE FUNCTION mark_agents_by_{table}()"
            )
    op.execute(
        "INSERT INTO agent_mark (day) SELECT day FROM call "
        "UNION SELECT (at AT TIME ZONE 'Asia/Shanghai')::date FROM agent_event"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in WRITTEN:
        for event in SEES:
            op.execute(f"DROP TRIGGER mark_agents_{event} ON {table}")
        op.execute(f"DROP FUNCTION mark_agents_by_{table}()")
    op.drop_table("agent_mark")
    op.drop_table("agent_day")
