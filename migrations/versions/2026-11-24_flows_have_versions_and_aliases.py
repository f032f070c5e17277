"""Flows have numbered versions, aliases that point at them, and drafts that lead to them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_life_of_flows"
down_revision = "20261124_matters"
branch_labels = None
depends_on = None

APPEND_ONLY = ("flow_version", "flow_alias_move", "flow_draft_event")


def _instant(name: str) -> sa.Column[object]:
    instant = postgresql.TIMESTAMP(timezone=True)
    return sa.Column(name, instant, server_default=sa.func.now(), nullable=False)


def _words(name: str, *known: str) -> sa.Enum:
    return sa.Enum(*known, name=name, native_enum=False, create_constraint=True, length=32)


def _state() -> sa.Column[object]:
    known = ("open", "in_review", "approved", "published", "discarded")
    return sa.Column("state", _words("state", *known), nullable=False)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _drafts()
    _versions()
    _moves()
    op.create_table(
        "flow_file",
        sa.Column("flow", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        _instant("at"),
        sa.PrimaryKeyConstraint("flow", name=op.f("pk_flow_file")),
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def _drafts() -> None:
    op.create_table(
        "flow_draft",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("flow", sa.String(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        _state(),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        _instant("changed_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flow_draft")),
    )
    op.create_index("ix_flow_draft_flow", "flow_draft", ["flow"])
    op.create_table(
        "flow_draft_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("draft_id", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column(
            "act",
            _words("act", "write", "rebase", "submit", "approve", "reject", "publish", "discard"),
            nullable=False,
        ),
        _state(),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        _instant("at"),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["flow_draft.id"], name=op.f("fk_flow_draft_event_draft_id_flow_draft")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flow_draft_event")),
        sa.UniqueConstraint(
            "draft_id", "revision", name=op.f("uq_flow_draft_event_draft_id_revision")
        ),
    )


def _versions() -> None:
    op.create_table(
        "flow_version",
        sa.Column("flow", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("draft_id", sa.BigInteger(), nullable=True),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        _instant("at"),
        sa.CheckConstraint("number > 0", name=op.f("ck_flow_version_number_is_positive")),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["flow_draft.id"], name=op.f("fk_flow_version_draft_id_flow_draft")
        ),
        sa.PrimaryKeyConstraint("flow", "number", name=op.f("pk_flow_version")),
        sa.UniqueConstraint("flow", "version", name=op.f("uq_flow_version_flow_version")),
    )


def _moves() -> None:
    op.create_table(
        "flow_alias_move",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("alias", sa.String(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            _words("kind", "publish", "point", "rollback", "canary", "canary_stop"),
            nullable=False,
        ),
        sa.Column("flow", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("candidate_flow", sa.String(), nullable=True),
        sa.Column("candidate_number", sa.Integer(), nullable=True),
        sa.Column("percent", sa.Integer(), server_default="0", nullable=False),
        sa.Column("callers", postgresql.ARRAY(sa.String()), server_default="{}", nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        _instant("at"),
        sa.CheckConstraint(
            "(candidate_flow IS NULL) = (candidate_number IS NULL)",
            name=op.f("ck_flow_alias_move_candidate_is_whole"),
        ),
        sa.CheckConstraint(
            "percent BETWEEN 0 AND 100", name=op.f("ck_flow_alias_move_percent_is_a_share")
        ),
        sa.ForeignKeyConstraint(
            ["flow", "number"],
            ["flow_version.flow", "flow_version.number"],
            name=op.f("fk_flow_alias_move_flow_flow_version"),
        ),
        sa.ForeignKeyConstraint(
            ["candidate_flow", "candidate_number"],
            ["flow_version.flow", "flow_version.number"],
            name=op.f("fk_flow_alias_move_candidate_flow_flow_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flow_alias_move")),
        sa.UniqueConstraint("alias", "step", name=op.f("uq_flow_alias_move_alias_step")),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ("flow_file", "flow_alias_move", "flow_version", "flow_draft_event", "flow_draft"):
        op.drop_table(table)
