"""Incidents are announced to callers, and whoever presses their key is counted on their ticket."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_incidents"
down_revision = "20261124_agents"
branch_labels = None
depends_on = None

BEFORE = (
    "phone", "web", "app", "wechat", "sms", "province", "enterprise", "inspection", "police",
)  # fmt: skip
INSTANT = sa.TIMESTAMP(timezone=True)


def _allow(channels: tuple[str, ...]) -> None:
    words = ", ".join(f"'{channel}'" for channel in channels)
    op.drop_constraint(op.f("ck_ticket_channel"), "ticket")
    op.create_check_constraint(op.f("ck_ticket_channel"), "ticket", f"channel IN ({words})")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _allow((*BEFORE, "incident"))
    op.add_column("call", sa.Column("counted_with", sa.Integer(), nullable=True))
    op.add_column("call", sa.Column("counted_at", INSTANT, nullable=True))
    op.create_table(
        "incident",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("area", sa.String(), nullable=True),
        sa.Column("topic", sa.String(), nullable=True),
        sa.Column("text_zh", sa.String(), nullable=False),
        sa.Column("text_en", sa.String(), nullable=True),
        sa.Column("prompt", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("stopped_at", INSTANT, nullable=True),
        sa.CheckConstraint("until > started_at", name=op.f("ck_incident_lasts")),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_incident_ticket_id_ticket")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sa.UniqueConstraint("ticket_id", name=op.f("uq_incident_ticket_id")),
    )
    op.create_index("ix_incident_until", "incident", ["until"])
    op.create_table(
        "incident_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column(
            "act",
            sa.Enum(
                "start", "extend", "stop",
                name="act", native_enum=False, create_constraint=True, length=32,
            ),
            nullable=False,
        ),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_incident_event_incident_id_incident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_event")),
    )  # fmt: skip
    op.create_index("ix_incident_event_incident_id", "incident_event", ["incident_id"])
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON incident_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.create_table(
        "ticket_contact",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("call_uid", sa.String(), nullable=False),
        sa.Column("caller", sa.String(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_contact_ticket_id_ticket")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_contact")),
    )
    op.create_index("uq_ticket_contact_call_uid", "ticket_contact", ["call_uid"], unique=True)
    op.create_index(
        "uq_ticket_contact_ticket_id_caller",
        "ticket_contact",
        ["ticket_id", "caller"],
        unique=True,
        postgresql_where=sa.text("caller IS NOT NULL"),
    )


def downgrade() -> None:
    """Refuses, by the constraint, as long as a ticket came in as an incident."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("ticket_contact")
    op.drop_table("incident_event")
    op.drop_table("incident")
    op.drop_column("call", "counted_at")
    op.drop_column("call", "counted_with")
    _allow(BEFORE)
