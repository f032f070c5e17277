"""Durable jobs live in the same database, so that a fact and what follows from it commit together.

The tables and functions are the library's own, read from the release that the lock file names. A
test notices when a newer release brings others: existing databases then need a migration of ours.
"""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "20261124_jobs"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _run(SchemaManager.get_schema())


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _run(
        """
        DO $$
        DECLARE made record;
        BEGIN
            DROP TABLE procrastinate_events, procrastinate_periodic_defers,
                procrastinate_jobs, procrastinate_workers CASCADE;
            FOR made IN SELECT oid::regprocedure AS name FROM pg_proc
                WHERE proname LIKE 'procrastinate\\_%'
            LOOP
                EXECUTE format('DROP FUNCTION %s CASCADE', made.name);
            END LOOP;
            DROP TYPE procrastinate_job_to_defer_v1, procrastinate_job_event_type,
                procrastinate_job_status;
        END
        $$
        """
    )


def _run(sql: str) -> None:
    """Run SQL of several statements as it stands: its percent signs are its own."""
    op.get_bind().connection.cursor().execute(sql)
