"""The states of a ticket, its legal moves as one table, and the one function that makes a move.

The ledger moves a ticket while its call is all there is; from then on people do. The words are
those of the database, the API and the reports.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.errors import HotlineError
from tickets.acts import Act, Actor, Clock
from tickets.guards import Guard
from tickets.outcomes import Outcome


class TicketState(StrEnum):
    """Where a ticket stands; the same words in the database, the API and the reports."""

    NEW = "NEW"  # 登记
    TRIAGE = "TRIAGE"  # 待分类
    ANSWERED = "ANSWERED"  # 直接答复
    SELF = "SELF"  # 直办中
    DISPATCHED = "DISPATCHED"  # 已派单 (待签收)
    SIGNED = "SIGNED"  # 已签收/办理中
    RETURN_REQ = "RETURN_REQ"  # 申请退单/改派
    JOINT = "JOINT"  # 会办中
    EXT_REQ = "EXT_REQ"  # 申请延期
    SUSP_REQ = "SUSP_REQ"  # 申请挂起
    SUSPENDED = "SUSPENDED"  # 挂起
    FEEDBACK = "FEEDBACK"  # 已反馈 (待审核)
    REJECTED_FB = "REJECTED_FB"  # 反馈退回
    REPLIED = "REPLIED"  # 已答复诉求人
    DONE = "DONE"  # 办结 (待回访)
    CALLBACK = "CALLBACK"  # 回访中
    REDO = "REDO"  # 重办 (二次办理)
    CLOSED = "CLOSED"  # 归档
    INVALID = "INVALID"  # 无效
    UNREASONABLE = "UNREASONABLE"  # 不合理 (已告知)
    WITHDRAWN = "WITHDRAWN"  # 撤诉
    MERGED = "MERGED"  # 并单
    OUT = "OUT"  # 不予受理/转其他法定途径
    TRANSFERRED = "TRANSFERRED"  # 转110/119/120/12348 完成


S = TicketState

# Nothing is owed to the citizen any more; ANSWERED only waits for the archive.
ENDED = frozenset(
    {S.ANSWERED, S.CLOSED, S.INVALID, S.UNREASONABLE, S.WITHDRAWN, S.MERGED, S.OUT, S.TRANSFERRED}
)
OPEN = frozenset(S) - ENDED


@dataclass(frozen=True, slots=True)
class Move:
    """One row: who may do what in which states. `to` is None when the state is kept.

    `rule` is the row's number in the life cycle the city published; None for the call's own moves.
    """

    rule: int | None
    act: Act
    sources: frozenset[TicketState | None]
    to: TicketState | None
    actors: frozenset[Actor]
    clock: Clock
    guards: tuple[Guard, ...] = ()


def _row(
    rule: int | None,
    act: Act,
    sources: TicketState | frozenset[TicketState] | None,
    to: TicketState | None,
    actors: Actor | tuple[Actor, ...],
    clock: Clock,
    *guards: Guard,
) -> Move:
    return Move(
        rule,
        act,
        frozenset(sources) if isinstance(sources, frozenset) else frozenset({sources}),
        to,
        frozenset({actors} if isinstance(actors, Actor) else actors),
        clock,
        guards,
    )


A, G, C = Actor, Guard, Clock
_ANSWERABLE = frozenset({S.SIGNED, S.JOINT, S.REDO})

# fmt: off
TABLE: tuple[Move, ...] = (
    _row(1, Act.REGISTER, None, S.NEW, (A.AGENT, A.CHANNEL, A.LEDGER), C.DISPATCH_STARTS,
         G.CONTACT_LINKED, G.KEY_UNIQUE),
    _row(2, Act.ANSWER, S.NEW, S.ANSWERED, A.AGENT, C.STOPS, G.ANSWER_GIVEN),
    _row(3, Act.MARK_INVALID, S.NEW, S.INVALID, A.AGENT, C.STOPS, G.SUB_CODE),
    _row(4, Act.DECLINE, S.NEW, S.OUT, A.AGENT, C.STOPS,
         G.REVIEWER_CONFIRMED, G.LAWFUL_ROUTE_TOLD),
    _row(4, Act.APPEAL, S.OUT, S.TRIAGE, A.AGENT, C.DISPATCH_STARTS, G.FIRST_APPEAL),
    _row(5, Act.TRANSFER, S.NEW, S.TRANSFERRED, A.AGENT, C.STOPS, G.PARTNER_ACCEPTED),
    _row(6, Act.SUBMIT, S.NEW, S.TRIAGE, (A.AGENT, A.RULE), C.RUNS_ON),
    _row(6, Act.HANDLE_HERE, S.TRIAGE, S.SELF, A.REVIEWER, C.HANDLING_STARTS,
         G.DUPLICATES_CHECKED, G.MASKING_SET),
    _row(6, Act.DISPATCH, frozenset({S.TRIAGE, S.REDO}), S.DISPATCHED, (A.REVIEWER, A.RULE),
         C.HANDLING_STARTS, G.CLASSIFIED, G.KNOWN_UNITS, G.DUPLICATES_CHECKED, G.MASKING_SET),
    # Late signing is allowed and shown: a card says so.
    _row(7, Act.SIGN, S.DISPATCHED, S.SIGNED, A.UNIT, C.SIGNING_ENDS, G.LEAD_UNIT),
    _row(8, Act.ASK_RETURN, frozenset({S.DISPATCHED, S.SIGNED}), S.RETURN_REQ, A.UNIT, C.RUNS_ON,
         G.LEAD_UNIT, G.WITHIN_RETURN_LIMIT, G.RETURN_REASON, G.NOT_ADJUDICATED),
    _row(9, Act.GRANT_RETURN, S.RETURN_REQ, S.DISPATCHED, A.REVIEWER, C.HANDLING_STARTS,
         G.ANOTHER_LEAD, G.KNOWN_UNITS, G.CONSULTED),
    _row(10, Act.REFUSE_RETURN, S.RETURN_REQ, S.SIGNED, A.REVIEWER, C.RUNS_ON),
    _row(11, Act.JOIN_UNITS, S.SIGNED, S.JOINT, (A.UNIT, A.REVIEWER), C.RUNS_ON,
         G.LEAD_UNIT, G.KNOWN_UNITS, G.TASKS_IN_TIME),
    _row(12, Act.ASK_EXTENSION, S.SIGNED, S.EXT_REQ, A.UNIT, C.RUNS_ON,
         G.LEAD_UNIT, G.BEFORE_LIMIT, G.EXTENSION_LEFT),
    _row(12, Act.GRANT_EXTENSION, S.EXT_REQ, S.SIGNED, A.REVIEWER, C.DUE_MOVES,
         G.EXTENSION_LEFT, G.CITIZEN_TOLD),
    _row(12, Act.REFUSE_EXTENSION, S.EXT_REQ, S.SIGNED, A.REVIEWER, C.RUNS_ON),
    _row(13, Act.ASK_SUSPENSION, S.SIGNED, S.SUSP_REQ, A.UNIT, C.RUNS_ON,
         G.LEAD_UNIT, G.OUTSIDE_CONDITION, G.REVIEW_DATE),
    _row(13, Act.GRANT_SUSPENSION, S.SUSP_REQ, S.SUSPENDED, A.REVIEWER, C.PAUSES,
         G.REVIEW_DATE, G.SUSPENSION_LEFT, G.CITIZEN_TOLD),
    _row(13, Act.REFUSE_SUSPENSION, S.SUSP_REQ, S.SIGNED, A.REVIEWER, C.RUNS_ON),
    _row(13, Act.RESUME, S.SUSPENDED, S.SIGNED, (A.UNIT, A.REVIEWER, A.RULE), C.RESUMES,
         G.LEAD_UNIT),
    _row(14, Act.FEED_BACK, _ANSWERABLE, S.FEEDBACK, A.UNIT, C.STOPS_IF_ACCEPTED,
         G.LEAD_UNIT, G.FEEDBACK_COMPLETE, G.CONTACT_EVIDENCE, G.HEAD_SIGNED,
         G.PUBLIC_REPLY_CLEAN),
    _row(15, Act.REJECT_FEEDBACK, S.FEEDBACK, S.REJECTED_FB, A.REVIEWER, C.NEVER_STOPPED,
         G.REJECTION_REASON),
    _row(15, Act.TAKE_UP_AGAIN, S.REJECTED_FB, S.SIGNED, (A.UNIT, A.RULE), C.RUNS_ON, G.LEAD_UNIT),
    _row(16, Act.REPLY, frozenset({S.FEEDBACK, S.SELF}), S.REPLIED, A.REVIEWER, C.STOPS,
         G.PUBLIC_REPLY_CLEAN),
    _row(16, Act.SETTLE, S.REPLIED, S.DONE, (A.REVIEWER, A.RULE), C.FOLLOW_UP_STARTS,
         G.REPLY_DELIVERED, G.FOLLOWERS_REPLIED),
    _row(17, Act.CALL_BACK, frozenset({S.DONE, S.ANSWERED}), S.CALLBACK, (A.FOLLOW_UP, A.RULE),
         C.RUNS_ON, G.CALLING_HOURS),
    _row(18, Act.ARCHIVE, S.CALLBACK, S.CLOSED, (A.FOLLOW_UP, A.RULE), C.STOPS,
         G.CONTENT_OR_UNREACHED),
    # Types of which only a share is called, or none.
    _row(18, Act.ARCHIVE_UNCALLED, frozenset({S.DONE, S.ANSWERED}), S.CLOSED, A.RULE, C.STOPS,
         G.NO_CALL_DUE),
    _row(19, Act.ORDER_REDO, S.CALLBACK, S.REDO, A.FOLLOW_UP, C.HALF_STARTS,
         G.UNSOLVED, G.REASONABLE, G.REDO_LEFT),
    _row(20, Act.FIND_UNREASONABLE, S.CALLBACK, S.UNREASONABLE, A.REVIEWER, C.STOPS,
         G.TWO_REVIEWERS, G.UNREASONABLE_PROVEN, G.CITIZEN_TOLD),
    _row(21, Act.SUPERVISE, OPEN, None, (A.RULE, A.LEADER), C.RUNS_ON, G.SUPERVISION_CAUSE),
    _row(22, Act.MERGE, OPEN, S.MERGED, A.REVIEWER, C.EARLIEST, G.SAME_DEMAND, G.CONTACTS_KEPT),
    _row(22, Act.UNMERGE, S.MERGED, S.TRIAGE, A.REVIEWER, C.RESUMES),
    # A unit may not ask for it: the citizen alone.
    _row(23, Act.WITHDRAW, OPEN, S.WITHDRAWN, A.CITIZEN, C.STOPS, G.OWN_WORDS),
    _row(24, Act.REOPEN, S.CLOSED, S.REDO, A.AGENT, C.HALF_STARTS,
         G.WITHIN_30_DAYS, G.SAME_DEMAND),
    _row(None, Act.CALL_TRANSFERRED, S.NEW, S.TRANSFERRED, A.LEDGER, C.STOPS, G.PARTNER_ACCEPTED),
    _row(None, Act.CALL_ENDED, S.NEW, S.CLOSED, A.LEDGER, C.STOPS, G.NOBODY_HEARD),
    # Late news of a call (a call-back asked for, read after the hang-up) left work after all.
    _row(None, Act.CALL_LEFT_WORK, frozenset({S.TRANSFERRED, S.CLOSED}), S.NEW, A.LEDGER,
         C.DISPATCH_STARTS, G.CALL_JUDGED_AGAIN),
)
# fmt: on

MOVES: Mapping[Act, Move] = {move.act: move for move in TABLE}

_WAITS_FOR_A_PERSON = frozenset({Outcome.ANSWERED, Outcome.VOICEMAIL, Outcome.CALLBACK_TAKEN})
_WITH_A_PARTNER = frozenset({Outcome.DIVERTED, Outcome.HANDED_TO_EMERGENCY})


class IllegalMove(HotlineError):
    """A ticket cannot make this move from where it stands."""

    slug = "illegal-ticket-move"

    def __init__(self, state: TicketState | None, wish: str) -> None:
        allowed = ", ".join(acts_in(state)) or "nothing"
        super().__init__(
            f"A ticket in state {state or 'none'} cannot '{wish}'. Possible here: {allowed}."
        )
        self.state = state
        self.wish = wish


class NotTheirMove(HotlineError):
    """The move is legal here, but for somebody else to make."""

    slug = "not-their-ticket-move"

    def __init__(self, act: Act, actor: Actor) -> None:
        whose = " or ".join(sorted(MOVES[act].actors))
        super().__init__(f"'{act}' is for {whose} to do, not for {actor}.")
        self.act = act
        self.actor = actor


def acts_in(state: TicketState | None) -> list[Act]:
    """Return what can be done to a ticket in a state, in the order of the table."""
    return [move.act for move in TABLE if state in move.sources]


def acts_for_people(state: TicketState) -> list[Act]:
    """Return what people can do to a ticket in a state; the call's own moves are the ledger's."""
    return [act for act in acts_in(state) if MOVES[act].actors != {Actor.LEDGER}]


def move(state: TicketState | None, act: Act, actor: Actor) -> Move:
    """Return the row of a legal move; its guards are still to be judged, by whoever has the facts.

    Raises IllegalMove for every state the table does not name, NotTheirMove for every other actor.
    """
    row = MOVES[act]
    if state not in row.sources:
        raise IllegalMove(state, act)
    if actor not in row.actors:
        raise NotTheirMove(act, actor)
    return row


def state_after_call(outcome: Outcome) -> TicketState:
    """Say where the ticket of an ended call stands.

    A talk, a message or a promised call-back leaves work for a person. A call nobody answered is
    archived under its class and never marked invalid: invalid is an agent's verdict on what was
    said, and nobody heard this citizen.
    """
    if outcome in _WAITS_FOR_A_PERSON:
        return TicketState.NEW
    if outcome in _WITH_A_PARTNER:
        return TicketState.TRANSFERRED
    return TicketState.CLOSED


def is_left_to_call(state: TicketState, judged: Outcome | None) -> bool:
    """Whether a ticket stands where its call put it, NEW while that was not judged.

    Anywhere else a person put it, and their word stands: the call no longer decides.
    """
    return state is (state_after_call(judged) if judged else TicketState.NEW)


def path(from_state: TicketState, to_state: TicketState) -> list[TicketState]:
    """Return the states a correction by the ledger passes through, each a legal move of its own.

    Raises IllegalMove for a ticket that people have moved on: its call no longer decides.
    """
    if from_state == to_state:
        return []
    if _ledger_goes(from_state, to_state):
        return [to_state]
    for step in ((from_state, TicketState.NEW), (TicketState.NEW, to_state)):
        if not _ledger_goes(*step):
            raise IllegalMove(from_state, f"become {to_state} by its call")
    return [TicketState.NEW, to_state]


def _ledger_goes(from_state: TicketState, to_state: TicketState) -> bool:
    return any(
        from_state in row.sources and row.to is to_state
        for row in TABLE
        if Actor.LEDGER in row.actors
    )
