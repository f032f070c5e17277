"""People sign in, and what they do is kept in a chain."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_people"
down_revision = "20261124_followers"
branch_labels = None
depends_on = None

_ROLES = (
    "agent", "senior", "shift-leader", "reviewer", "follow-up", "quality", "unit-clerk",
    "unit-head", "task-force", "leader", "admin", "auditor",
)  # fmt: skip


def _instant(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, postgresql.TIMESTAMP(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("shown", sa.String(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(*_ROLES, name="role", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("seat", sa.String(), nullable=True),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("password", sa.String(), nullable=False),
        sa.Column("totp", sa.String(), nullable=True),
        sa.Column("totp_used", sa.BigInteger(), server_default="0", nullable=False),
        _instant("locked_at", nullable=True),
        _instant("made_at"),
        sa.CheckConstraint(
            "(role IN ('task-force', 'unit-clerk', 'unit-head')) = (unit IS NOT NULL)",
            name=op.f("ck_person_units_have_a_unit"),
        ),
        sa.CheckConstraint(
            "seat IS NULL OR role IN ('agent', 'senior', 'shift-leader')",
            name=op.f("ck_person_who_has_a_seat"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("name", name=op.f("uq_person_name")),
        sa.UniqueConstraint("seat", name=op.f("uq_person_seat")),
    )
    op.create_table(
        "person_session",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("csrf", sa.String(), nullable=False),
        _instant("made_at"),
        _instant("seen_at"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_session_person_id_person")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_person_session")),
    )
    op.create_index(op.f("ix_person_session_person_id"), "person_session", ["person_id"])
    op.create_table(
        "sign_in_failure",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        _instant("last_at"),
        _instant("until"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sign_in_failure")),
    )
    op.create_index(op.f("ix_sign_in_failure_last_at"), "sign_in_failure", ["last_at"])
    op.create_table(
        "audit_log",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        _instant("at"),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("object", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("details", postgresql.JSONB(), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_index(op.f("ix_audit_log_who"), "audit_log", ["who"])
    op.create_index("ix_audit_log_what_id", "audit_log", ["what", "id"])
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ("audit_log", "sign_in_failure", "person_session", "person"):
        op.drop_table(table)
