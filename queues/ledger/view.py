"""What a call's story says so far, measured: who was asked for, who answered, how long it took.

`fold` makes the facts of it. Where the channel events tell, their microseconds count; queue_log
speaks for what they do not tell.
"""

import re
from dataclasses import dataclass

from queues.ledger.legs import Legs, Talk, Wait
from queues.ledger.menu_story import MenuStory
from queues.ledger.queue_story import Connection, QueueStory

# The dialplan's own limit between a message and a cough, in seconds.
SHORTEST_MESSAGE = 3.0
_AGENT_CHANNEL = re.compile(r"(?:PJSIP|SIP|Local|Agent)/([\w-]+?)(?:@.*|-[0-9a-f]{8})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class View:
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
        """Talks with our own agents, as the channel events tell."""
        return [talk for talk in self.legs.talks if not talk.wait.at_partner]


def asked_at(s: View) -> float | None:
    """The instant a human was first asked for: by waiting for one, or by a word left for one."""
    instants = [wait.began for wait in s.waits[:1]]
    if s.menu.callback_at is not None:
        instants.append(s.menu.callback_at)
    if message_left(s):
        instants += [message.began for message in s.legs.messages[-1:]]
        instants += [s.menu.message_at] if s.menu.message_at is not None else []
    return min(instants, default=None)


def answered_at(s: View) -> float | None:
    """The instant citizen and agent hear each other; queue_log only where no bridge was seen."""
    if s.agent_talks:
        return s.agent_talks[0].began
    if not s.heard_of or not s.legs.visits:
        return None
    asked = s.legs.visits[0].began
    # Its second is cut off, so it may seem to lie before the wait.
    return min(max(s.heard_of[0].at, asked), max(s.until, asked))


def queue_of(s: View) -> str | None:
    """The queue that answered, else the last one waited in."""
    if s.agent_talks:
        return s.agent_talks[0].wait.where
    if s.heard_of:
        return s.heard_of[0].queue
    return s.legs.visits[-1].where if s.legs.visits else None


def agent_of(s: View) -> str | None:
    """The number of the first agent who talked."""
    answer = _answer(s)
    return answer.agent if answer else _phone(s)


def _answer(s: View) -> Connection | None:
    """What queue_log says of the first agent who talked. It names agents, channels name phones."""
    if not s.agent_talks:
        return s.heard_of[0] if s.heard_of else None
    connections = s.queue.connections
    named = (connection for connection in connections if connection.agent == _phone(s))
    return next(named, connections[-1] if connections else None)


def _phone(s: View) -> str | None:
    """The number of the first phone that talked, as its channel tells."""
    if not s.agent_talks:
        return None
    talk = s.agent_talks[0]
    channel = _AGENT_CHANNEL.fullmatch(talk.channel)
    return channel[1] if channel else s.legs.leg_number.get(talk.other) or None


def wait_seconds(s: View, asked: float | None, answered: float | None) -> float | None:
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


def ring_seconds(s: View) -> float | None:
    """Seconds that the phone rang which was picked up, without what was said before they met."""
    if s.agent_talks:
        talk = s.agent_talks[0]
        if talk.other in s.legs.leg_started:
            picked_up = s.legs.leg_answered.get(talk.other, talk.began)
            return _between(s.legs.leg_started[talk.other], picked_up)
    answer = _answer(s)
    return answer.ring_seconds if answer else None


def talk_seconds(s: View, answered: float | None) -> float | None:
    """Seconds joined with agents; where no bridge was seen, what queue_log counted."""
    if s.agent_talks:
        return sum(_between(talk.began, talk.ended or s.until) for talk in s.agent_talks)
    if answered is None:
        return None
    return sum(connection.talk_seconds for connection in s.heard_of)


def message_left(s: View) -> bool:
    """Whether a message counts: the dialplan measured it; if that was not written down, we do."""
    if s.menu.message_left is not None:
        return s.menu.message_left
    return (s.message_seconds or 0.0) >= SHORTEST_MESSAGE


def _between(start: float, end: float) -> float:
    """Seconds from one instant to another, never less than none: the clock may be set back."""
    return round(max(0.0, end - start), 6)
