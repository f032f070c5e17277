"""Migrations: they lead to the tables that the code speaks of, and can be taken back."""

import hashlib
from pathlib import Path

import pytest
from alembic import command
from procrastinate.schema import SchemaManager
from psycopg import sql
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from core.settings import CHECKOUT
from tests.integration.conftest import Cluster, alembic_config
from tickets.states import TicketState

pytestmark = pytest.mark.integration

# The schema of procrastinate 3.10.0, which the first migration makes.
JOB_SCHEMA = "c70ec4b400a60ad9592787653aae5ae77ae41bf801d56b5bd2712751a07f2009"


def test_the_migrations_and_the_models_say_the_same(database_url: str) -> None:
    command.check(alembic_config(database_url))


def test_every_migration_can_be_taken_back_and_made_again(database_url: str) -> None:
    config = alembic_config(database_url)
    command.downgrade(config, "base")
    engine = create_engine(database_url, poolclass=NullPool)
    assert inspect(engine).get_table_names() == ["alembic_version"]
    command.upgrade(config, "head")
    command.check(config)


def test_the_job_librarys_tables_are_those_of_the_installed_release() -> None:
    """Another digest means another schema: write the migration that takes old databases there."""
    installed = hashlib.sha256(SchemaManager.get_schema().encode()).hexdigest()
    assert installed == JOB_SCHEMA


def test_a_migration_gives_way_to_whoever_holds_the_table(cluster: Cluster) -> None:
    for script in Path(CHECKOUT / "migrations/versions").glob("*.py"):
        assert script.read_text().count("SET LOCAL lock_timeout") == 2, script.name


@pytest.mark.parametrize(
    "change", ["UPDATE switch_event SET line = ''", "DELETE FROM switch_event"]
)
def test_a_line_of_the_switch_cannot_be_rewritten(database_url: str, change: str) -> None:
    engine = create_engine(database_url, poolclass=NullPool)
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(change))


A_TICKET = text("""
    INSERT INTO ticket (number, call_uid, query_code, line, state, outcome, new_at,
                        transferred_at, closed_at)
    SELECT word, word, '000000', '12345', word, 'answered', now(),
           CASE word WHEN 'TRANSFERRED' THEN now() END, CASE word WHEN 'CLOSED' THEN now() END
    FROM CAST(:state AS text) AS word
    RETURNING id
""")
A_LINE = text("""
    INSERT INTO ticket_event (ticket_id, from_state, to_state, actor, reason, at)
    VALUES (:id, :state, :state, 'test', 'test', now())
""")


@pytest.mark.parametrize("state", TicketState)
def test_a_ticket_and_its_story_may_speak_of_every_state(
    database_url: str, state: TicketState
) -> None:
    engine = create_engine(database_url, poolclass=NullPool)
    with engine.connect() as connection:
        ticket = connection.execute(A_TICKET, {"state": state.value}).scalar_one()
        connection.execute(A_LINE, {"id": ticket, "state": state.value})


def test_a_state_that_nobody_knows_is_refused(database_url: str) -> None:
    engine = create_engine(database_url, poolclass=NullPool)
    with pytest.raises(DBAPIError, match="ck_ticket_state"), engine.connect() as connection:
        connection.execute(A_TICKET, {"state": "LOST"})


def test_two_tests_never_share_a_database(cluster: Cluster) -> None:
    first, second = cluster.new_database(), cluster.new_database()
    assert first != second
    for name in (first, second):
        cluster.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
