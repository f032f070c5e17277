"""How a demonstration's tickets go through the states: every step a legal move of the table.

The instants are columns of the cases that `cases` makes; `writing` turns steps into rows.
"""

from dataclasses import dataclass
from enum import StrEnum

from tickets.acts import Act
from tickets.states import TicketState

S = TicketState


class Way(StrEnum):
    """What becomes of a ticket."""

    LOST = "lost"  # the call was given up
    INVALID = "invalid"
    ANSWERED = "answered"
    CONTENT = "content"
    UNREACHED = "unreached"
    REDONE = "redone"
    UNREASONABLE = "unreasonable"


HANDED_OVER = (Way.CONTENT, Way.UNREACHED, Way.REDONE, Way.UNREASONABLE)


@dataclass(frozen=True, slots=True)
class Step:
    """One move: who signs it (SQL), when (a column), and what is said (SQL of JSON)."""

    act: Act | None
    source: TicketState | None
    to: TicketState
    who: str
    at: str
    facts: str = "NULL"


_AGENT, _REVIEW, _UNIT = "agent || ' (agent)'", "'审核组 (reviewer)'", "lead || ' (' || lead || ')'"
_CALLS, _RULE = "'回访组 (follow-up)'", "'rule (rule)'"
_CONTENT = """'{"satisfied": true, "solved": true}'"""
_UNCONTENT = """'{"satisfied": false, "solved": false}'"""
_CONTACTED = """jsonb_build_object('feedback', jsonb_build_object('account', '已办理',
    'contacted_how', '电话', 'contacted_at', contacted_at))"""
_OPENING = Step(None, None, S.NEW, "opener", "new_at")
_REPLIES = (
    Step(Act.REPLY, S.FEEDBACK, S.REPLIED, _REVIEW, "replied_at"),
    Step(Act.SETTLE, S.REPLIED, S.DONE, _REVIEW, "settled_at", """'{"delivered_by": "短信"}'"""),
    Step(Act.CALL_BACK, S.DONE, S.CALLBACK, _CALLS, "called_at"),
)
_HANDLING = (
    _OPENING,
    Step(Act.SUBMIT, S.NEW, S.TRIAGE, _AGENT, "submitted_at"),
    Step(
        Act.DISPATCH, S.TRIAGE, S.DISPATCHED, _REVIEW, "dispatched_at",
        "jsonb_build_object('lead', lead)",
    ),
    Step(Act.SIGN, S.DISPATCHED, S.SIGNED, _UNIT, "signed_at"),
    Step(Act.FEED_BACK, S.SIGNED, S.FEEDBACK, _UNIT, "fed_at", _CONTACTED),
)  # fmt: skip
_AGAIN = (
    Step(Act.FEED_BACK, S.REDO, S.FEEDBACK, _UNIT, "fed_again_at", _CONTACTED),
    Step(Act.REPLY, S.FEEDBACK, S.REPLIED, _REVIEW, "replied_again_at"),
    Step(
        Act.SETTLE, S.REPLIED, S.DONE, _REVIEW, "settled_again_at", """'{"delivered_by": "短信"}'"""
    ),
    Step(Act.CALL_BACK, S.DONE, S.CALLBACK, _CALLS, "called_again_at"),
)
_ARCHIVED = Step(Act.ARCHIVE, S.CALLBACK, S.CLOSED, _CALLS, "ended_at", _CONTENT)

STORIES = {
    Way.LOST: (_OPENING, Step(None, S.NEW, S.CLOSED, "'ledger'", "ended_at")),
    Way.INVALID: (
        _OPENING,
        Step(Act.MARK_INVALID, S.NEW, S.INVALID, _AGENT, "ended_at", """'{"invalid": "silent"}'"""),
    ),
    Way.ANSWERED: (
        _OPENING,
        Step(Act.ANSWER, S.NEW, S.ANSWERED, _AGENT, "submitted_at"),
        Step(Act.ARCHIVE_UNCALLED, S.ANSWERED, S.CLOSED, _RULE, "ended_at"),
    ),
    Way.CONTENT: (*_HANDLING, *_REPLIES, _ARCHIVED),
    Way.UNREACHED: (
        *_HANDLING, *_REPLIES, Step(Act.ARCHIVE, S.CALLBACK, S.CLOSED, _CALLS, "ended_at"),
    ),
    Way.REDONE: (
        *_HANDLING, *_REPLIES,
        Step(Act.ORDER_REDO, S.CALLBACK, S.REDO, _CALLS, "redone_at", _UNCONTENT),
        *_AGAIN, _ARCHIVED,
    ),
    Way.UNREASONABLE: (
        *_HANDLING, *_REPLIES,
        Step(
            Act.FIND_UNREASONABLE, S.CALLBACK, S.UNREASONABLE, _REVIEW, "ended_at",
            """'{"satisfied": false, "confirmed_by": ["审核二"], "citizen_told": true}'""",
        ),
    ),
}  # fmt: skip
