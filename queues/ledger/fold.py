"""From all events of a call to what the call was: a pure function, for the first time and for ever.

Each stream is read on its own and the three stories are joined, so it does not matter which file
the ledger came to first, and making every call again from the stored lines gives the same rows.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.clock import from_epoch, local_day
from queues.ledger.facts import CallFacts, Rules
from queues.ledger.legs import Legs, Talk, Wait
from queues.ledger.menu_story import MenuStory
from queues.ledger.outcome import Signs, classify
from queues.ledger.queue_story import Connection, QueueStory
from queues.ledger.story import Restart, Story
from queues.models import EndedBy
from tickets.outcomes import Outcome

# The dialplan's own limit between a message and a cough, in seconds.
SHORTEST_MESSAGE = 3.0
_STATUS_ENDS = {
    "TIMEOUT": Outcome.TIMED_OUT,
    "FULL": Outcome.QUEUE_FULL,
    "JOINEMPTY": Outcome.NO_AGENT_AT_JOIN,
    "JOINUNAVAIL": Outcome.NO_AGENT_AT_JOIN,
    "LEAVEEMPTY": Outcome.LEFT_EMPTY,
    "LEAVEUNAVAIL": Outcome.LEFT_EMPTY,
}
_AGENT_CHANNEL = re.compile(r"(?:PJSIP|SIP|Local|Agent)/([\w-]+?)(?:@.*|-[0-9a-f]{8})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class _View:
    """A story as it stands and the instant it ends: None while the call lasts."""

    legs: Legs
    queue: QueueStory
    menu: MenuStory
    ended: float | None
    orphaned: bool

    @property
    def until(self) -> float:
        """What is still open is measured up to the end, or to the last event so far."""
        return self.legs.last if self.ended is None else self.ended

    @property
    def waits(self) -> list[Wait]:
        """Every wait for a human, ours or a partner line's, in the order they began."""
        return sorted(self.legs.visits + self.legs.partners, key=lambda wait: wait.began)

    @property
    def message_seconds(self) -> float | None:
        """How long the last message lasted, None without one."""
        if not self.legs.messages:
            return None
        message = self.legs.messages[-1]
        return _between(message.began, message.ended or self.until)

    @property
    def heard_of(self) -> list[Connection]:
        """Talks known from queue_log alone, where the channel events say nothing of talks."""
        return [] if self.legs.tells_of_talks else self.queue.talked

    @property
    def agent_talks(self) -> list[Talk]:
        return [talk for talk in self.legs.talks if not talk.wait.at_partner]


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
    view = _View(legs, story.queue, story.menu, *end)
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


def _facts(story: Story, started: float, s: _View, rules: Rules) -> CallFacts:
    legs, menu = s.legs, s.menu
    asked, answered = _asked(s), _answered(s)
    waited = _wait_seconds(s, asked, answered)
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
        queue=_queue(s),
        queue_visits=len(legs.visits),
        answered_at=_instant(answered),
        agent=_agent(s),
        partner=legs.partners[-1].where if legs.partners else None,
        wait_seconds=waited,
        ring_seconds=_ring_seconds(s),
        talk_seconds=_talk_seconds(s, answered),
        callback_number=menu.callback_number,
        message_path=legs.messages[-1].path if legs.messages else None,
        message_seconds=s.message_seconds,
        rating=menu.rating,
        survival=legs.survival,
        orphaned=s.orphaned,
        ended_at=_instant(s.ended),
        ended_by=_ended_by(s) if s.ended is not None else None,
        outcome=_outcome(s, answered, waited, rules) if s.ended is not None else None,
        has_audio=bool(s.waits or answered or legs.messages),
    )


def _asked(s: _View) -> float | None:
    """The instant a human was first asked for: by waiting for one, or by a word left for one."""
    instants = [wait.began for wait in s.waits[:1]]
    if s.menu.callback_at is not None:
        instants.append(s.menu.callback_at)
    if _message_left(s):
        instants += [message.began for message in s.legs.messages[-1:]]
        instants += [s.menu.message_at] if s.menu.message_at is not None else []
    return min(instants, default=None)


def _answered(s: _View) -> float | None:
    """The instant citizen and agent hear each other; queue_log only where no bridge was seen."""
    if s.agent_talks:
        return s.agent_talks[0].began
    if not s.heard_of or not s.legs.visits:
        return None
    asked = s.legs.visits[0].began
    # Its second is cut off, so it may seem to lie before the wait.
    return min(max(s.heard_of[0].at, asked), max(s.until, asked))


def _queue(s: _View) -> str | None:
    if s.agent_talks:
        return s.agent_talks[0].wait.where
    if s.heard_of:
        return s.heard_of[0].queue
    return s.legs.visits[-1].where if s.legs.visits else None


def _agent(s: _View) -> str | None:
    answer = _answer(s)
    return answer.agent if answer else _phone(s)


def _answer(s: _View) -> Connection | None:
    """What queue_log says of the first agent who talked. It names agents, channels name phones."""
    if not s.agent_talks:
        return s.heard_of[0] if s.heard_of else None
    connections = s.queue.connections
    named = (connection for connection in connections if connection.agent == _phone(s))
    return next(named, connections[-1] if connections else None)


def _phone(s: _View) -> str | None:
    """The number of the first phone that talked, as its channel tells."""
    if not s.agent_talks:
        return None
    talk = s.agent_talks[0]
    channel = _AGENT_CHANNEL.fullmatch(talk.channel)
    return channel[1] if channel else s.legs.leg_number.get(talk.other) or None


def _wait_seconds(s: _View, asked: float | None, answered: float | None) -> float | None:
    """Seconds from asking for a human to hearing an agent, or to leaving the last wait.

    The time of a talk with a partner line was not waited.
    """
    if asked is None or not s.waits:
        return None
    until = (s.waits[-1].left or s.until) if answered is None else answered
    helped = sum(
        _between(talk.began, min(talk.ended or s.until, until))
        for talk in s.legs.talks
        if talk.wait.at_partner
    )
    return _between(asked + helped, until)


def _ring_seconds(s: _View) -> float | None:
    """Seconds that the phone rang which was picked up, without what was said before they met."""
    if s.agent_talks:
        talk = s.agent_talks[0]
        if talk.other in s.legs.leg_started:
            picked_up = s.legs.leg_answered.get(talk.other, talk.began)
            return _between(s.legs.leg_started[talk.other], picked_up)
    answer = _answer(s)
    return answer.ring_seconds if answer else None


def _talk_seconds(s: _View, answered: float | None) -> float | None:
    """Seconds joined with agents; where no bridge was seen, what queue_log counted."""
    if s.agent_talks:
        return sum(_between(talk.began, talk.ended or s.until) for talk in s.agent_talks)
    if answered is None:
        return None
    return sum(connection.talk_seconds for connection in s.heard_of)


def _ended_by(s: _View) -> EndedBy:
    """Who ended the conversation or, without one, the call."""
    talks = s.agent_talks
    if talks and talks[-1].ended is not None:
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


def _outcome(s: _View, answered: float | None, waited: float | None, rules: Rules) -> Outcome:
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
            message_left=_message_left(s),
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


def _message_left(s: _View) -> bool:
    """Whether a message counts: the dialplan measured it; if that was not written down, we do."""
    if s.menu.message_left is not None:
        return s.menu.message_left
    return (s.message_seconds or 0.0) >= SHORTEST_MESSAGE


def _queue_end(last: Wait, queue: QueueStory) -> Outcome | None:
    """How the switch ended the last visit; queue_log speaks where the dialplan could not."""
    return _STATUS_ENDS.get(last.status) if last.status else queue.last_end


def _between(start: float, end: float) -> float:
    """Seconds from one instant to another, never less than none: the clock may be set back."""
    return round(max(0.0, end - start), 6)


def _instant(seconds: float | None) -> datetime | None:
    return None if seconds is None else from_epoch(seconds)
