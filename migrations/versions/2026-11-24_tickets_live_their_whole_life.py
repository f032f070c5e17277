"""Tickets may stand in every state of their life, not only in those their call leads to."""

from alembic import op

revision = "20261124_life_of_tickets"
down_revision = "20261124_recordings"
branch_labels = None
depends_on = None

BEFORE = ("NEW", "TRANSFERRED", "CLOSED")
AFTER = (
    "NEW", "TRIAGE", "ANSWERED", "SELF", "DISPATCHED", "SIGNED", "RETURN_REQ", "JOINT", "EXT_REQ",
    "SUSP_REQ", "SUSPENDED", "FEEDBACK", "REJECTED_FB", "REPLIED", "DONE", "CALLBACK", "REDO",
    "CLOSED", "INVALID", "UNREASONABLE", "WITHDRAWN", "MERGED", "OUT", "TRANSFERRED",
)  # fmt: skip
COLUMNS = (("ticket", "state"), ("ticket_event", "from_state"), ("ticket_event", "to_state"))
OUTCOME = "outcome_when_closed"


def _replace(table: str, name: str, condition: str) -> None:
    op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)


def _allow(states: tuple[str, ...]) -> None:
    words = ", ".join(f"'{state}'" for state in states)
    for table, column in COLUMNS:
        _replace(table, column, f"{column} IN ({words})")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _allow(AFTER)
    _replace("ticket", OUTCOME, "state NOT IN ('TRANSFERRED', 'CLOSED') OR outcome IS NOT NULL")


def downgrade() -> None:
    """Refuses, by the constraint, as long as a ticket or a story speaks of a newer state."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    _allow(BEFORE)
    _replace("ticket", OUTCOME, "state = 'NEW' OR outcome IS NOT NULL")
