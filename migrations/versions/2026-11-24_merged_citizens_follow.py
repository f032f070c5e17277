"""Citizens of merged tickets follow the main one; a story tells only moves of the table."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_followers"
down_revision = "20261124_again"
branch_labels = None
depends_on = None

ACTS = (
    "answer NEW ANSWERED",
    "appeal OUT TRIAGE",
    "archive CALLBACK CLOSED",
    "archive-uncalled ANSWERED CLOSED",
    "archive-uncalled DONE CLOSED",
    "ask-extension SIGNED EXT_REQ",
    "ask-return DISPATCHED RETURN_REQ",
    "ask-return SIGNED RETURN_REQ",
    "ask-suspension SIGNED SUSP_REQ",
    "call-back ANSWERED CALLBACK",
    "call-back DONE CALLBACK",
    "call-ended NEW CLOSED",
    "call-left-work CLOSED NEW",
    "call-left-work TRANSFERRED NEW",
    "call-transferred NEW TRANSFERRED",
    "decline NEW OUT",
    "dispatch REDO DISPATCHED",
    "dispatch TRIAGE DISPATCHED",
    "feed-back JOINT FEEDBACK",
    "feed-back REDO FEEDBACK",
    "feed-back SIGNED FEEDBACK",
    "find-unreasonable CALLBACK UNREASONABLE",
    "grant-extension EXT_REQ SIGNED",
    "grant-return RETURN_REQ DISPATCHED",
    "grant-suspension SUSP_REQ SUSPENDED",
    "handle-here TRIAGE SELF",
    "join-units SIGNED JOINT",
    "mark-invalid NEW INVALID",
    "merge CALLBACK MERGED",
    "merge DISPATCHED MERGED",
    "merge DONE MERGED",
    "merge EXT_REQ MERGED",
    "merge FEEDBACK MERGED",
    "merge JOINT MERGED",
    "merge NEW MERGED",
    "merge REDO MERGED",
    "merge REJECTED_FB MERGED",
    "merge REPLIED MERGED",
    "merge RETURN_REQ MERGED",
    "merge SELF MERGED",
    "merge SIGNED MERGED",
    "merge SUSPENDED MERGED",
    "merge SUSP_REQ MERGED",
    "merge TRIAGE MERGED",
    "order-redo CALLBACK REDO",
    "refuse-extension EXT_REQ SIGNED",
    "refuse-return RETURN_REQ SIGNED",
    "refuse-suspension SUSP_REQ SIGNED",
    "reject-feedback FEEDBACK REJECTED_FB",
    "reopen CLOSED REDO",
    "reply FEEDBACK REPLIED",
    "reply SELF REPLIED",
    "resume SUSPENDED SIGNED",
    "settle REPLIED DONE",
    "sign DISPATCHED SIGNED",
    "submit NEW TRIAGE",
    "supervise CALLBACK CALLBACK",
    "supervise DISPATCHED DISPATCHED",
    "supervise DONE DONE",
    "supervise EXT_REQ EXT_REQ",
    "supervise FEEDBACK FEEDBACK",
    "supervise JOINT JOINT",
    "supervise NEW NEW",
    "supervise REDO REDO",
    "supervise REJECTED_FB REJECTED_FB",
    "supervise REPLIED REPLIED",
    "supervise RETURN_REQ RETURN_REQ",
    "supervise SELF SELF",
    "supervise SIGNED SIGNED",
    "supervise SUSPENDED SUSPENDED",
    "supervise SUSP_REQ SUSP_REQ",
    "supervise TRIAGE TRIAGE",
    "take-up-again REJECTED_FB SIGNED",
    "transfer NEW TRANSFERRED",
    "unmerge MERGED TRIAGE",
    "withdraw CALLBACK WITHDRAWN",
    "withdraw DISPATCHED WITHDRAWN",
    "withdraw DONE WITHDRAWN",
    "withdraw EXT_REQ WITHDRAWN",
    "withdraw FEEDBACK WITHDRAWN",
    "withdraw JOINT WITHDRAWN",
    "withdraw NEW WITHDRAWN",
    "withdraw REDO WITHDRAWN",
    "withdraw REJECTED_FB WITHDRAWN",
    "withdraw REPLIED WITHDRAWN",
    "withdraw RETURN_REQ WITHDRAWN",
    "withdraw SELF WITHDRAWN",
    "withdraw SIGNED WITHDRAWN",
    "withdraw SUSPENDED WITHDRAWN",
    "withdraw SUSP_REQ WITHDRAWN",
    "withdraw TRIAGE WITHDRAWN",
)
CALLS = ("CLOSED NEW", "NEW CLOSED", "NEW TRANSFERRED", "TRANSFERRED NEW")
LAWFUL = op.f("ck_ticket_event_moves_by_the_table")


def _listed(texts: tuple[str, ...]) -> str:
    return ", ".join(f"'{text}'" for text in texts)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "ticket_follower",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("main_id", sa.BigInteger(), nullable=False),
        sa.Column("from_id", sa.BigInteger(), nullable=False),
        sa.Column("via_id", sa.BigInteger(), nullable=True),
        sa.Column("since_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("promises", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("reply", sa.String(), server_default="", nullable=False),
        sa.Column("delivered_by", sa.String(), nullable=True),
        sa.Column("delivered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "main_id <> from_id", name=op.f("ck_ticket_follower_not_following_itself")
        ),
        sa.CheckConstraint(
            "(delivered_at IS NULL) = (delivered_by IS NULL)",
            name=op.f("ck_ticket_follower_delivered_by_something"),
        ),
        sa.ForeignKeyConstraint(
            ["main_id"], ["ticket.id"], name=op.f("fk_ticket_follower_main_id_ticket")
        ),
        sa.ForeignKeyConstraint(
            ["from_id"], ["ticket.id"], name=op.f("fk_ticket_follower_from_id_ticket")
        ),
        sa.ForeignKeyConstraint(
            ["via_id"], ["ticket.id"], name=op.f("fk_ticket_follower_via_id_ticket")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_follower")),
    )
    op.create_index(
        "uq_ticket_follower_one_main",
        "ticket_follower",
        ["from_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "ix_ticket_follower_main",
        "ticket_follower",
        ["main_id"],
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.execute(
        "INSERT INTO ticket_follower (main_id, from_id, since_at)"
        " SELECT matter.main_id, ticket.id, matter.changed_at"
        " FROM matter JOIN ticket ON ticket.id = matter.ticket_id"
        " WHERE ticket.state = 'MERGED' AND matter.main_id IS NOT NULL"
    )
    op.create_check_constraint(
        LAWFUL,
        "ticket_event",
        "from_state IS NULL OR CASE WHEN act IS NULL THEN from_state = to_state"
        f" OR from_state || ' ' || to_state IN ({_listed(CALLS)})"
        f" ELSE act || ' ' || from_state || ' ' || to_state IN ({_listed(ACTS)}) END",
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_constraint(LAWFUL, "ticket_event")
    op.drop_table("ticket_follower")
