"""Each night is audited, each month assessed; neither is ever changed afterwards."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_oversight"
down_revision = "20261124_people"
branch_labels = None
depends_on = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
TABLES = (
    "audit", "audit_defect", "assessment_event", "assessment_score", "assessment_exclusion",
)  # fmt: skip


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("coverage", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_day", "audit", ["day", "id"])
    op.create_table(
        "audit_defect",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("audit_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "promise",
            _words(
                "promise", "record", "reply", "dispatch", "service", "follow-up", "supervision",
                "assessment",
            ),
            nullable=False,
        ),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["audit.id"], name=op.f("fk_audit_defect_audit_id_audit")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_audit_defect_ticket_id_ticket")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_defect")),
    )  # fmt: skip
    op.create_index("ix_audit_defect_audit_id", "audit_defect", ["audit_id", "id"])
    op.create_table(
        "assessment_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("act", _words("act", "freeze", "appeal", "decide", "publish"), nullable=False),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("appeal_id", sa.BigInteger(), nullable=True),
        sa.Column("decision", _words("decision", "granted", "refused"), nullable=True),
        sa.Column("points", sa.Float(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "extract(day FROM month) = 1", name=op.f("ck_assessment_event_month_is_its_first_day")
        ),
        sa.CheckConstraint(
            "(act = 'decide') = (appeal_id IS NOT NULL)",
            name=op.f("ck_assessment_event_decision_names_appeal"),
        ),
        sa.CheckConstraint(
            "(act = 'decide') = (decision IS NOT NULL)",
            name=op.f("ck_assessment_event_decision_is_a_word"),
        ),
        sa.CheckConstraint(
            "(act IN ('appeal', 'decide')) = (unit IS NOT NULL)",
            name=op.f("ck_assessment_event_of_a_unit"),
        ),
        sa.CheckConstraint(
            "points BETWEEN -100 AND 100", name=op.f("ck_assessment_event_points_are_few")
        ),
        sa.ForeignKeyConstraint(
            ["appeal_id"],
            ["assessment_event.id"],
            name=op.f("fk_assessment_event_appeal_id_assessment_event"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_event")),
    )
    op.create_index(
        "uq_assessment_event_once",
        "assessment_event",
        ["month", "act"],
        unique=True,
        postgresql_where=sa.text("act IN ('freeze', 'publish')"),
    )
    op.create_index("uq_assessment_event_appeal_id", "assessment_event", ["appeal_id"], unique=True)
    op.create_table(
        "assessment_score",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("peers", sa.String(), nullable=False),
        sa.Column("sample", sa.Integer(), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("parts", postgresql.JSONB(), nullable=False),
        sa.Column("counts", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("month", "unit", name=op.f("pk_assessment_score")),
    )
    op.create_table(
        "assessment_exclusion",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_assessment_exclusion_ticket_id_ticket")
        ),
        sa.PrimaryKeyConstraint("month", "ticket_id", name=op.f("pk_assessment_exclusion")),
    )
    op.create_index("ix_assessment_exclusion_ticket_id", "assessment_exclusion", ["ticket_id"])
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in reversed(TABLES):
        op.drop_table(table)
