"""The sixteen ways an arriving call can end; each call ends in exactly one.

The ledger decides which (`queues/`), the ticket carries it, the reports count it. The classes of a
period sum to its arrivals, which is checked and not hoped for.
"""

from enum import StrEnum


class Outcome(StrEnum):
    """What became of the caller. Where several apply, the earlier rule of the ledger wins."""

    BLOCKED_TRUNK = "blocked_trunk"
    IVR_HANGUP = "ivr_hangup"
    IVR_SERVED = "ivr_served"
    CLOSED = "closed"
    QUEUE_FULL = "queue_full"
    NO_AGENT_AT_JOIN = "no_agent_at_join"
    ANSWERED = "answered"
    ABANDONED_SHORT = "abandoned_short"
    ABANDONED = "abandoned"
    LEFT_EMPTY = "left_empty"
    TIMED_OUT = "timed_out"
    DIVERTED = "diverted"
    CALLBACK_TAKEN = "callback_taken"
    VOICEMAIL = "voicemail"
    HANDED_TO_EMERGENCY = "handed_to_emergency"
    TECHNICAL_FAILURE = "technical_failure"


# Ended without asking for a human: part of no answer rate.
NO_HUMAN_ASKED = (Outcome.IVR_HANGUP, Outcome.IVR_SERVED, Outcome.CLOSED)
