"""After an answer the citizen is asked: one row for each follow-up, one for each attempt."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_follow_up"
down_revision = "20261124_cards"
branch_labels = None
depends_on = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
STATES = (
    "waiting", "claimed", "calling", "referred", "closed", "redo", "unreached", "not-due",
    "overtaken",
)  # fmt: skip
ENDINGS = (
    "answered", "partly-answered", "no-answer", "busy", "hung-up", "wrong-number", "failed",
)  # fmt: skip
MEANS = ("person", "automatic", "message")


def _words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "follow_up",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("state", _words("state", *STATES), nullable=False),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("not_before", INSTANT, nullable=False),
        sa.Column("claimed_by", sa.String(), nullable=True),
        sa.Column("claimed_at", INSTANT, nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("service", sa.Integer(), nullable=True),
        sa.Column("handling", sa.Integer(), nullable=True),
        sa.Column("solved", _words("solved", "yes", "partly", "no"), nullable=True),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("answered_by", _words("answered_by", *MEANS), nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("archived", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("attempts BETWEEN 0 AND 3", name="attempts_at_most_three"),
        sa.CheckConstraint("service BETWEEN 1 AND 5", name="service_is_one_to_five"),
        sa.CheckConstraint("handling BETWEEN 1 AND 5", name="handling_is_one_to_five"),
        sa.CheckConstraint("(state = 'claimed') = (claimed_by IS NOT NULL)", name="claimed_by_one"),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (state IN ('waiting', 'claimed', 'calling', 'referred'))",
            name="time_when_ended",
        ),
        sa.CheckConstraint(
            "state NOT IN ('closed', 'redo') OR (handling IS NOT NULL AND solved IS NOT NULL)",
            name="answers_when_answered",
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_follow_up_ticket_id_ticket"),
        sa.PrimaryKeyConstraint("id", name="pk_follow_up"),
    )
    op.create_index(
        "uq_follow_up_live",
        "follow_up",
        ["ticket_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "ix_follow_up_due_at",
        "follow_up",
        ["due_at", "id"],
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("ix_follow_up_ticket_id", "follow_up", ["ticket_id"])
    op.create_index("ix_follow_up_opened_at", "follow_up", ["opened_at"])
    op.create_index(
        "ix_follow_up_unsettled",
        "follow_up",
        ["opened_at"],
        postgresql_where=sa.text("state = 'not-due' AND NOT archived"),
    )
    op.create_table(
        "follow_up_attempt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("follow_up_id", sa.BigInteger(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("half_day", sa.String(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("means", _words("means", *MEANS), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("ending", _words("ending", *ENDINGS), nullable=False),
        sa.Column("call_uid", sa.String(), nullable=True),
        sa.Column("service", sa.Integer(), nullable=True),
        sa.Column("handling", sa.Integer(), nullable=True),
        sa.Column("solved", _words("solved", "yes", "partly", "no"), nullable=True),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("service BETWEEN 1 AND 5", name="service_is_one_to_five"),
        sa.CheckConstraint("handling BETWEEN 1 AND 5", name="handling_is_one_to_five"),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["follow_up.id"], name="fk_follow_up_attempt_follow_up_id_follow_up"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_follow_up_attempt"),
        sa.UniqueConstraint("call_uid", name="uq_follow_up_attempt_call_uid"),
    )
    op.create_index(
        "uq_follow_up_attempt_half_day",
        "follow_up_attempt",
        ["follow_up_id", "half_day"],
        unique=True,
        postgresql_where=sa.text("counts"),
    )
    op.create_index("ix_follow_up_attempt_follow_up_id", "follow_up_attempt", ["follow_up_id"])
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON follow_up_attempt "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    # Whoever waits to be asked already is on the list from now on.
    op.execute(
        "INSERT INTO follow_up (ticket_id, round, state, opened_at, due_at, not_before, attempts) "
        "SELECT m.ticket_id, m.redos, 'waiting', c.started_at, c.due_at, now(), 0 "
        "FROM ticket t JOIN matter m ON m.ticket_id = t.id JOIN ticket_clock c "
        "ON c.ticket_id = t.id AND c.kind = 'follow-up' AND c.stopped_at IS NULL "
        "WHERE t.state IN ('DONE', 'CALLBACK')"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("follow_up_attempt")
    op.drop_table("follow_up")
