"""What is to be done about a call-back now: a pure decision, made once a second for each."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from queues.callbacks.models import CallbackSource
from queues.callbacks.repository import Waiting
from queues.callbacks.rules import AtClosing, CallbackRules
from queues.callbacks.states import CAN_BE_CANCELLED, IN_SWITCH, CallbackResult, CallbackState
from queues.callbacks.uids import MOST_TRIES, Try
from queues.journal import JournalKind

# The switch has its time to begin; after this a place that it does not show is lost.
GRACE = timedelta(seconds=5)
# A place that was just lost (nobody on duty, the agent hung up) is not taken again at once.
_AGAIN_AFTER = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Now:
    """The instant, the tries of which the switch has a channel, the queues that have agents."""

    at: datetime
    in_switch: Collection[str]
    staffed: Collection[str]


@dataclass(frozen=True, slots=True)
class Decision:
    """A line for the journal; `withdraw` also takes the channel out of the switch."""

    kind: JournalKind
    reason: str = ""
    by: str = ""
    withdraw: bool = False


def decide(one: Waiting, rules: CallbackRules, now: Now) -> Decision | None:
    """Return what to do, None when nothing is."""
    return (
        _cancel(one)
        or _lost(one, now)
        or _end(one, rules, now)
        or _close(one, rules, now)
        or _place(one, rules, now)
    )


def _cancel(one: Waiting) -> Decision | None:
    """The citizen is being served another way, or was promised the same already."""
    if one.callback.state not in CAN_BE_CANCELLED:
        return None
    if one.answered:
        return _cancelled("answered", one.callback.call_uid)
    if one.call_again is not None:
        return _cancelled("called-again", one.call_again)
    if one.talking:
        return _cancelled("talking")
    if one.earlier is not None:
        return _cancelled("promised-already", one.earlier)
    return None


def _cancelled(reason: str, by: str = "") -> Decision:
    return Decision(JournalKind.CALLBACK_CANCELLED, reason, by, withdraw=True)


def _lost(one: Waiting, now: Now) -> Decision | None:
    """The switch has forgotten a place: it was started anew, or never took it."""
    callback = one.callback
    if callback.state not in IN_SWITCH or callback.placed_at is None:
        return None
    there = Try(callback.call_uid, callback.tries).uid in now.in_switch
    if there or now.at - callback.placed_at < GRACE:
        return None
    # An order begins on the agent's phone: what never got further than that was not picked up.
    ordered = callback.source is CallbackSource.ABANDONED
    waits = ordered and callback.state is CallbackState.WAITING
    reason = CallbackResult.AGENT_NOT_REACHED if waits else "not-in-switch"
    return Decision(JournalKind.CALLBACK_LOST, reason)


def _end(one: Waiting, rules: CallbackRules, now: Now) -> Decision | None:
    callback = one.callback
    ordered = callback.source is CallbackSource.ABANDONED
    if callback.state is CallbackState.PAUSED and callback.missed >= rules.tries and not ordered:
        return Decision(JournalKind.CALLBACK_GIVEN_UP, "not-reached")
    if callback.state not in (CallbackState.TAKEN, CallbackState.WAITING, CallbackState.PAUSED):
        return None
    if callback.taken_at and now.at - rules.opens(callback.taken_at) > rules.longest:
        return Decision(JournalKind.CALLBACK_EXPIRED, "too-late", withdraw=True)
    return None


def _close(one: Waiting, rules: CallbackRules, now: Now) -> Decision | None:
    """Outside the hours nobody is rung unless a person orders it."""
    callback = one.callback
    if rules.is_open(now.at) or callback.source is CallbackSource.ABANDONED:
        return None
    if rules.at_closing is AtClosing.WITHDRAW and _waited_in_hours(one, rules):
        if callback.state in (CallbackState.TAKEN, CallbackState.WAITING, CallbackState.PAUSED):
            return Decision(JournalKind.CALLBACK_EXPIRED, "closed", withdraw=True)
    elif callback.state is CallbackState.WAITING:
        return Decision(JournalKind.CALLBACK_LOST, "closed", withdraw=True)
    return None


def _waited_in_hours(one: Waiting, rules: CallbackRules) -> bool:
    taken = one.callback.taken_at
    return taken is not None and rules.is_open(taken)


def _place(one: Waiting, rules: CallbackRules, now: Now) -> Decision | None:
    callback = one.callback
    if callback.state not in (CallbackState.TAKEN, CallbackState.PAUSED) or one.on_the_line:
        return None
    if callback.tries >= MOST_TRIES:
        return Decision(JournalKind.CALLBACK_EXPIRED, "too-many-tries")
    if callback.source is CallbackSource.ABANDONED:
        return _order(one)
    rested = callback.missed_at is None or now.at - callback.missed_at >= timedelta(
        seconds=rules.pause
    )
    lost_now = callback.placed_at is not None and now.at - callback.placed_at < _AGAIN_AFTER
    open_ = rules.is_open(now.at) and one.queue in now.staffed
    return Decision(JournalKind.CALLBACK_PLACED) if rested and open_ and not lost_now else None


def _order(one: Waiting) -> Decision | None:
    """A person's order is carried out once; what comes of it is theirs to judge."""
    callback = one.callback
    if callback.placed_at is None or (callback.taken_at and callback.placed_at < callback.taken_at):
        return Decision(JournalKind.CALLBACK_PLACED)
    return Decision(JournalKind.CALLBACK_GIVEN_UP, callback.reason or "not-reached")
