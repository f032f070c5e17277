"""Where a call stands in a transfer, and what may be done from there: one table, one function.

The switch knows where a call stands (`board` reads it); nothing of ours has to remember it, so a
console that restarts, or a second one, finds every transfer as it is.
"""

from enum import StrEnum

from core.errors import HotlineError


class Mode(StrEnum):
    """The ways of handing a matter over. The last two move no voice."""

    ONE_KEY = "one-key"  # 一键转接: the agent is free as soon as the partner answers
    CONSULT = "consult"  # 三方通话: the agent speaks to the partner first, then joins or leaves
    BLIND = "blind"  # the agent is free at once, and is rung again when nobody answers
    DATA = "data"  # 工单流转: the ticket goes, the voice stays
    GUIDANCE = "guidance"  # 话务引导: the caller is told what to dial


VOICELESS = frozenset({Mode.DATA, Mode.GUIDANCE})


class State(StrEnum):
    """Who hears whom."""

    ALONE = "alone"  # a caller without an agent: in a menu, a queue, or with a prompt
    TALKING = "talking"  # citizen and agent
    RINGING = "ringing"  # a partner is dialled, the citizen hears music
    CONSULTING = "consulting"  # agent and partner; the citizen hears music
    CHECKING = "checking"  # agent and citizen; the partner hears music
    JOINED = "joined"  # all together
    PARTED = "parted"  # of all together one is on hold
    LET_GO = "let-go"  # it rings at the partner's, the agent has left
    HANDED_OVER = "handed-over"  # citizen and partner
    OVER = "over"


class Act(StrEnum):
    """What an agent may do."""

    START = "start"
    JOIN = "join"
    HOLD = "hold"
    LEAVE = "leave"
    COMPLETE = "complete"
    CANCEL = "cancel"


MOVES: dict[tuple[State, Act], State] = {
    (State.TALKING, Act.START): State.RINGING,
    (State.JOINED, Act.START): State.RINGING,
    (State.RINGING, Act.CANCEL): State.TALKING,
    (State.RINGING, Act.COMPLETE): State.LET_GO,
    (State.CONSULTING, Act.CANCEL): State.TALKING,
    (State.CONSULTING, Act.COMPLETE): State.HANDED_OVER,
    (State.CONSULTING, Act.JOIN): State.JOINED,
    (State.CONSULTING, Act.HOLD): State.CHECKING,
    (State.CHECKING, Act.CANCEL): State.TALKING,
    (State.CHECKING, Act.COMPLETE): State.HANDED_OVER,
    (State.CHECKING, Act.JOIN): State.JOINED,
    (State.CHECKING, Act.HOLD): State.CONSULTING,
    (State.JOINED, Act.LEAVE): State.HANDED_OVER,
    (State.JOINED, Act.CANCEL): State.TALKING,
    (State.JOINED, Act.HOLD): State.PARTED,
    (State.PARTED, Act.JOIN): State.JOINED,
}

_WHERE: dict[State, str] = {
    State.ALONE: "no agent talks to this caller",
    State.TALKING: "the agent talks to the caller, nobody else is there",
    State.RINGING: "a transfer of this call is under way: it rings at the other line",
    State.CONSULTING: "a transfer of this call is under way: the agent talks to the other line",
    State.CHECKING: "a transfer of this call is under way: the other line is on hold",
    State.JOINED: "all three talk together",
    State.PARTED: "one of the three is on hold",
    State.LET_GO: "the agent has let go, it rings at the other line",
    State.HANDED_OVER: "the call was handed over",
    State.OVER: "the call is over",
}


class IllegalAct(HotlineError):
    """An act that the state of a call does not allow."""

    slug = "illegal-transfer-act"

    def __init__(self, state: State, act: Act) -> None:
        allowed = [str(a) for s, a in MOVES if s is state]
        then = f"Possible now: {', '.join(allowed)}." if allowed else "Nothing can be done."
        super().__init__(f"Not possible ({act}): {_WHERE[state]}. {then}")
        self.state = state
        self.act = act


def move(state: State, act: Act) -> State:
    """Return where an act leads. Raises IllegalAct for any that is not in the table."""
    following = MOVES.get((state, act))
    if following is None:
        raise IllegalAct(state, act)
    return following
