"""The few lines that tell of agents, and that begin call-backs, are found without the others."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_again"
down_revision = "20261124_messages"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_switch_event_agents": (
        ["file_id", "pos"],
        "kind IN ('ADDMEMBER', 'REMOVEMEMBER', 'PAUSE', 'UNPAUSE', 'HL-AGENT', 'HL-WRAP-UP')",
    ),
    "ix_switch_event_callbacks": (
        ["call_uid"],
        "kind IN ('callback-offered', 'callback', 'callback-assigned', 'callback-settled')",
    ),
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name, (columns, where) in INDEXES.items():
        op.create_index(name, "switch_event", columns, postgresql_where=sa.text(where))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name in INDEXES:
        op.drop_index(name, "switch_event")
