"""From all events of a call to what the call was: a pure function, for the first time and for ever.

Each stream is read on its own and the three stories are joined, so it does not matter which file
the ledger came to first, and making every call again from the stored lines gives the same rows.
"""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from core.clock import from_epoch, local_day
from queues.ledger.facts import CallFacts, Rules
from queues.ledger.legs import Legs, Wait
from queues.ledger.outcome import Signs, classify
from queues.ledger.queue_story import QueueStory
from queues.ledger.story import Restart, Story
from queues.ledger.view import (
    View,
    agent_of,
    answered_at,
    asked_at,
    message_left,
    queue_of,
    ring_seconds,
    talk_seconds,
    wait_seconds,
)
from queues.models import EndedBy
from tickets.outcomes import Outcome

_STATUS_ENDS = {
    "TIMEOUT": Outcome.TIMED_OUT,
    "FULL": Outcome.QUEUE_FULL,
    "JOINEMPTY": Outcome.NO_AGENT_AT_JOIN,
    "JOINUNAVAIL": Outcome.NO_AGENT_AT_JOIN,
    "LEAVEEMPTY": Outcome.LEFT_EMPTY,
    "LEAVEUNAVAIL": Outcome.LEFT_EMPTY,
}


def fold(
    story: Story, rules: Rules, restarts: Sequence[Restart] = (), as_of: float = 0.0
) -> CallFacts | None:
    """Return what the call is by its story so far, or None when it is no arrival.

    `restarts` are those of the call's switch, sorted; `as_of` the epoch second up to which its
    channel events have been read, which says how long a call has been silent.
    """
    legs = story.legs
    if not legs.is_arrival or legs.started is None:
        return None
    end = _end(story, legs.started, restarts, as_of - rules.silent_call)
    view = View(legs, story.queue, story.menu, *end)
    return _facts(story, legs.started, view, rules)


def _end(
    story: Story, started: float, restarts: Sequence[Restart], silent_since: float
) -> tuple[float | None, bool]:
    """Say when the call ended: by hang-up, by the restart that it did not outlive, or unseen."""
    legs = story.legs
    if legs.ended is not None:
        # The clock may have been set back meanwhile; a call never ends before it begins.
        return max(legs.ended, started), False
    for restart in restarts[bisect_left(restarts, started - 1, key=lambda r: r.since) :]:
        if legs.last < restart.by and _began_before(started, restart, restarts):
            return max(restart.since, legs.last), True
    if story.last < silent_since:
        return max(story.last, started), True
    return None, False


def _began_before(started: float, restart: Restart, restarts: Sequence[Restart]) -> bool:
    """Whether a call belongs to the life that this restart ended.

    A restart known to the second only may fall before or after a call of that second. A life's
    first channel is known exactly, and every call of the new life comes after it.
    """
    if not restart.since <= started < restart.by:
        return started < restart.since
    return not any(r.since == r.by and restart.since <= r.since <= started for r in restarts)


def _facts(story: Story, started: float, s: View, rules: Rules) -> CallFacts:
    legs, menu = s.legs, s.menu
    asked, answered = asked_at(s), answered_at(s)
    waited = wait_seconds(s, asked, answered)
    return CallFacts(
        uid=story.uid,
        node=story.node,
        line=legs.line or menu.line or "",
        did=legs.did,
        caller=legs.caller,
        started_at=from_epoch(started),
        day=local_day(from_epoch(started)),
        flow=menu.flow,
        flow_version=menu.flow_version,
        query_code=menu.query_code,
        keys="".join(keys for _, keys in sorted(menu.keys + legs.keys)),
        human_requested_at=_instant(asked),
        queue=queue_of(s),
        queue_visits=len(legs.visits),
        answered_at=_instant(answered),
        agent=agent_of(s),
        partner=_last_partner(legs),
        wait_seconds=waited,
        ring_seconds=ring_seconds(s),
        talk_seconds=talk_seconds(s, answered),
        callback_number=menu.callback_number,
        message_path=legs.messages[-1].path if legs.messages else None,
        message_seconds=s.message_seconds,
        rating=menu.rating,
        counted_with=menu.counted_with,
        counted_at=_instant(menu.counted_at),
        survival=legs.survival,
        orphaned=s.orphaned,
        ended_at=_instant(s.ended),
        ended_by=_ended_by(s) if s.ended is not None else None,
        outcome=_outcome(s, answered, waited, rules) if s.ended is not None else None,
        has_audio=bool(s.waits or answered or legs.messages),
        parties=_parties(story),
    )


def _last_partner(legs: Legs) -> str | None:
    tried = sorted(legs.partners + legs.transfers, key=lambda wait: wait.began)
    return tried[-1].where if tried else None


def _parties(story: Story) -> dict[str, Any] | None:
    """Who took part, where the switch told: attempts to hand over, voices of the recording."""
    told: dict[str, Any] = {
        "transfers": story.transfers.all(), "segments": story.segments.found
    }  # fmt: skip
    if alerts := story.alerts.all():
        told["alerts"] = alerts
    if story.legs.handed is not None:
        partner, case_no = story.legs.handed
        told["handed"] = {"partner": partner, "case": case_no}
    return told if any(told.values()) else None


def _ended_by(s: View) -> EndedBy:
    """Who ended the conversation or, without one, the call."""
    talks = s.agent_talks
    handed_over = bool(talks) and s.legs.talks[-1].wait.at_partner
    if talks and talks[-1].ended is not None and not handed_over:
        return EndedBy.CALLER if talks[-1].citizen_left_first else EndedBy.AGENT
    if s.orphaned:
        return EndedBy.SYSTEM
    if s.heard_of:
        return EndedBy.CALLER if s.heard_of[-1].ended_by_caller else EndedBy.AGENT
    return EndedBy.CALLER if _hung_up_by_caller(s.legs) else EndedBy.SYSTEM


def _hung_up_by_caller(legs: Legs) -> bool:
    own = legs.leg_channel.get(legs.uid)
    if own:
        return legs.hung_up_by == own
    # Without the channel's name: any phone that hung up and is no other leg of this call.
    return "/" in legs.hung_up_by and not legs.hung_up_by.startswith("dialplan/")


def _outcome(s: View, answered: float | None, waited: float | None, rules: Rules) -> Outcome:
    legs, menu = s.legs, s.menu
    reached = {wait.where for wait in legs.partners if wait.joined}
    last = legs.visits[-1] if legs.visits else None
    by_caller = _hung_up_by_caller(legs)
    return classify(
        Signs(
            answered=answered is not None,
            reached_emergency=bool(reached & rules.emergency),
            reached_partner=bool(reached),
            callback_taken=menu.callback_number is not None,
            message_left=message_left(s),
            counted=menu.counted_with is not None,
            orphaned=s.orphaned,
            queue_end=_queue_end(last, s.queue) if last else None,
            waited=waited is not None,
            gave_up_soon=waited is not None and waited <= rules.short_abandon,
            refused=legs.refused or not (legs.picked_up or by_caller),
            closed=menu.closed,
            served=menu.served,
            in_menu=menu.ran or by_caller,
        )
    )


def _queue_end(last: Wait, queue: QueueStory) -> Outcome | None:
    """How the switch ended the last visit; queue_log speaks where the dialplan could not."""
    return _STATUS_ENDS.get(last.status) if last.status else queue.last_end


def _instant(seconds: float | None) -> datetime | None:
    return None if seconds is None else from_epoch(seconds)
