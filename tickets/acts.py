"""The words of the table of moves: what is done to a ticket, by whom, and what its clocks do."""

from enum import StrEnum


class Act(StrEnum):
    """What is done to a ticket; the name of a row of the table."""

    REGISTER = "register"
    ANSWER = "answer"
    MARK_INVALID = "mark-invalid"
    DECLINE = "decline"
    APPEAL = "appeal"
    TRANSFER = "transfer"
    SUBMIT = "submit"
    HANDLE_HERE = "handle-here"
    DISPATCH = "dispatch"
    SIGN = "sign"
    ASK_RETURN = "ask-return"
    GRANT_RETURN = "grant-return"
    REFUSE_RETURN = "refuse-return"
    JOIN_UNITS = "join-units"
    ASK_EXTENSION = "ask-extension"
    GRANT_EXTENSION = "grant-extension"
    REFUSE_EXTENSION = "refuse-extension"
    ASK_SUSPENSION = "ask-suspension"
    GRANT_SUSPENSION = "grant-suspension"
    REFUSE_SUSPENSION = "refuse-suspension"
    RESUME = "resume"
    FEED_BACK = "feed-back"
    REJECT_FEEDBACK = "reject-feedback"
    TAKE_UP_AGAIN = "take-up-again"
    REPLY = "reply"
    SETTLE = "settle"
    CALL_BACK = "call-back"
    ARCHIVE = "archive"
    ARCHIVE_UNCALLED = "archive-uncalled"
    ORDER_REDO = "order-redo"
    FIND_UNREASONABLE = "find-unreasonable"
    SUPERVISE = "supervise"
    MERGE = "merge"
    UNMERGE = "unmerge"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"
    CALL_TRANSFERRED = "call-transferred"
    CALL_ENDED = "call-ended"
    CALL_LEFT_WORK = "call-left-work"


class Clock(StrEnum):
    """What a move does to the ticket's clocks."""

    RUNS_ON = "runs on"
    DISPATCH_STARTS = "dispatch starts"
    HANDLING_STARTS = "handling starts"
    HALF_STARTS = "handling starts with half the limit"
    SIGNING_ENDS = "signing ends"
    DUE_MOVES = "the deadline moves, both dates are kept"
    PAUSES = "pauses"
    RESUMES = "resumes"
    STOPS_IF_ACCEPTED = "stops at submission if the answer is accepted"
    NEVER_STOPPED = "runs as if it had never stopped"
    FOLLOW_UP_STARTS = "follow-up starts"
    EARLIEST = "the main ticket takes the earliest deadline"
    STOPS = "stops"


class Actor(StrEnum):
    """The role in which somebody acts; what a person may do beyond moves is not said here."""

    CITIZEN = "citizen"  # 诉求人
    AGENT = "agent"  # 受理员
    CHANNEL = "channel"  # a letter, a message, another platform
    REVIEWER = "reviewer"  # 审核组
    FOLLOW_UP = "follow-up"  # 回访组
    UNIT = "unit"  # 承办单位
    LEADER = "leader"  # 领导
    RULE = "rule"  # a timer, or a route rule the city trusts
    LEDGER = "ledger"  # knows what became of the call
