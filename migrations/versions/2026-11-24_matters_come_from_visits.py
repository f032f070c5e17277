"""Service teams bring matters home from their visits: one more door."""

from alembic import op

revision = "20261124_visits"
down_revision = "20261124_finding"
branch_labels = None
depends_on = None

BEFORE = (
    "phone", "web", "app", "wechat", "sms", "province", "enterprise", "inspection", "police",
    "incident",
)  # fmt: skip


def _allow(channels: tuple[str, ...]) -> None:
    words = ", ".join(f"'{channel}'" for channel in channels)
    op.drop_constraint(op.f("ck_ticket_channel"), "ticket")
    op.create_check_constraint(op.f("ck_ticket_channel"), "ticket", f"channel IN ({words})")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _allow((*BEFORE, "visit"))


def downgrade() -> None:
    """Refuses, by the constraint, as long as a ticket came from a visit."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    _allow(BEFORE)
