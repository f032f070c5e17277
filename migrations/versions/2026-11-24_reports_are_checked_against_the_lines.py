"""The few lines that bear witness of a call are found by their time, without the many others."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_witness"
down_revision = "20261124_life_of_tickets"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_index(
        "ix_switch_event_witness",
        "switch_event",
        ["at"],
        postgresql_include=["call_uid", "kind"],
        postgresql_where=sa.text("kind IN ('HL-ARRIVED', 'HL-PARTNER', 'CONNECT', 'BRIDGE_ENTER')"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_switch_event_witness", "switch_event")
