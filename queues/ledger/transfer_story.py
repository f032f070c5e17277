"""What became of handing a call over: each attempt, with the partner's legs and their instants.

The switch's own lines tell what happened, whoever pressed what; our acts in the journal say who
asked, and why. Read by `fold`, which keeps it beside the call: legs are not new calls.
"""

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from queues.journal import JournalEvent
from telephony.cel import CelKind, ChannelEvent, Marker

# Seconds by which an act of ours is written before or behind what the switch says of it.
_BEFORE, _BEHIND = 1.0, 6.0
_AGENT = re.compile(r"PJSIP/([0-9]{2,8})-", re.ASCII)


class TransferOutcome(StrEnum):
    """How an attempt ended."""

    ACCEPTED = "accepted"  # the partner talked to the citizen
    RETURNED = "rejected-returned"  # the partner answered; the citizen stayed with us
    NO_ANSWER = "no-answer"
    BUSY = "busy"
    FULL = "full"
    CLOSED = "closed"
    REJECTED = "rejected"
    UNREACHABLE = "unreachable"
    CANCELLED = "cancelled"  # the agent took the caller back before an answer
    CALLER_HUNG_UP = "caller-hung-up"
    DATA_SENT = "data-sent"
    GUIDED = "guided"


_STATUS = {
    "NOANSWER": TransferOutcome.NO_ANSWER,
    "BUSY": TransferOutcome.BUSY,
    "FULL": TransferOutcome.FULL,
    "CLOSED": TransferOutcome.CLOSED,
    "REJECTED": TransferOutcome.REJECTED,
    "CANCEL": TransferOutcome.CANCELLED,
}
_VOICELESS = {"data": TransferOutcome.DATA_SENT, "guidance": TransferOutcome.GUIDED}


@dataclass(slots=True)
class PartnerLeg:
    """One number dialled; instants are epoch seconds."""

    uid: str
    channel: str
    number: str
    dialled: float
    ringing: float | None = None
    answered: float | None = None
    left: float | None = None
    status: str = ""


@dataclass(slots=True)
class Attempt:
    """One attempt to hand over. `how` is consult, one-key, blind, menu, data or guidance."""

    partner: str
    how: str
    agent: str | None
    asked: float
    joined: float | None = None
    left: float | None = None
    ended: float | None = None
    status: str = ""
    back_to: str | None = None
    caller_gone: bool = False
    actor: str | None = None
    reason: str = ""
    consent: bool | None = None
    accepted_by: str | None = None
    legs: list[PartnerLeg] = field(default_factory=list)

    @property
    def answered(self) -> float | None:
        """When the partner picked up."""
        return next((leg.answered for leg in self.legs if leg.answered), None)

    @property
    def outcome(self) -> TransferOutcome:
        """What it came to, as far as is known."""
        if self.how in _VOICELESS:
            return _VOICELESS[self.how]
        if self.joined is not None:
            return TransferOutcome.ACCEPTED
        if self.caller_gone:
            return TransferOutcome.CALLER_HUNG_UP
        if self.answered is not None:
            return TransferOutcome.RETURNED
        return _STATUS.get(self.status, TransferOutcome.UNREACHABLE)

    def told(self) -> dict[str, Any]:
        """Return it as it is kept beside the call."""
        return {**asdict(self), "answered": self.answered, "outcome": str(self.outcome)}


@dataclass(slots=True)
class TransferStory:
    """All attempts of one call, in order, taken event by event."""

    uid: str
    attempts: list[Attempt] = field(default_factory=list)
    # Legs of partners, and the ends through which the others hear one, by channel uid.
    partner_of: dict[str, Attempt] = field(default_factory=dict)
    _acts: list[JournalEvent] = field(default_factory=list)
    _near_ends: dict[str, str] = field(default_factory=dict)
    _bridges: dict[str, set[str]] = field(default_factory=dict)

    def take(self, event: ChannelEvent) -> None:
        """Take the next channel event of the call."""
        step = self._STEPS.get(event.kind)
        if step is not None:
            step(self, event)

    def take_act(self, event: JournalEvent) -> None:
        """Take an act of ours; refused ones changed nothing."""
        if event.word("result") == "done":
            self._acts.append(event)

    def code_of(self, uid: str) -> str | None:
        """Return the partner behind a leg that has been answered, None for anybody else's."""
        attempt = self.partner_of.get(uid)
        return attempt.partner if attempt and attempt.answered is not None else None

    def all(self) -> list[dict[str, Any]]:
        """Return every attempt with who asked for it, the voiceless ones among them."""
        found = [*self.attempts, *map(_voiceless, self._of_mode(voiceless=True))]
        for act in self._of_mode(voiceless=False):
            self._attribute(act)
        return [one.told() for one in sorted(found, key=lambda one: one.asked)]

    def _of_mode(self, *, voiceless: bool) -> list[JournalEvent]:
        return [a for a in self._acts if (a.word("mode") in _VOICELESS) is voiceless]

    def _attribute(self, act: JournalEvent) -> None:
        """Say of the attempt that an act belongs to who asked for it, and what they decided."""
        began = act.word("act") == "start"
        late = _BEHIND if began else float("inf")
        near = [a for a in self.attempts if a.asked - _BEFORE <= act.at <= a.asked + late]
        if not near:
            return
        attempt = near[-1]
        attempt.reason = act.word("reason") or attempt.reason
        attempt.accepted_by = act.word("accepted_by") or attempt.accepted_by
        if began:
            attempt.actor = act.word("actor")
            consent = act.fields.get("consent")
            attempt.consent = consent if isinstance(consent, bool) else None

    # What the switch tells.

    def _started(self, event: ChannelEvent) -> None:
        if event.channel.endswith(";1"):
            self._near_ends[event.channel[:-2]] = event.uid

    def _asked(self, event: ChannelEvent) -> None:
        code, how, channel, *_ = (*event.words, "", "")
        agent = _AGENT.match(channel)
        attempt = Attempt(code, how, agent[1] if agent else None, event.at)
        self.attempts.append(attempt)
        if near := self._near_ends.get(event.channel.removesuffix(";2")):
            self.partner_of[near] = attempt

    def _asked_by_menu(self, event: ChannelEvent) -> None:
        self.attempts.append(Attempt(event.words[0], "menu", None, event.at))

    def _dialled(self, event: ChannelEvent) -> None:
        if self.attempts:
            code, number, *_ = (*event.words, "")
            attempt = next((a for a in reversed(self.attempts) if a.partner == code), None)
            if attempt is not None:
                attempt.legs.append(PartnerLeg(event.uid, event.channel, number, event.at))
                self.partner_of[event.uid] = attempt

    def _picked_up(self, event: ChannelEvent) -> None:
        for leg in self._legs(event.uid):
            leg.answered = leg.answered or event.at

    def _number_done(self, event: ChannelEvent) -> None:
        code, number, status, ringing, *_ = (*event.words, "", "", "")
        attempt = next((a for a in reversed(self.attempts) if a.partner == code), None)
        if attempt is None:
            return
        attempt.status = status
        for leg in attempt.legs:
            if leg.number == number and not leg.status:
                leg.status = status
                if ringing.isdigit():
                    leg.ringing = round(leg.dialled + int(ringing) / 1000, 6)

    def _sent_back(self, event: ChannelEvent) -> None:
        if self.attempts:
            self.attempts[-1].back_to = "queue"

    def _recalled(self, event: ChannelEvent) -> None:
        """Their phone rings again; `_recall_failed` when they do not pick up."""
        if self.attempts:
            self.attempts[-1].back_to = "agent"

    def _recall_failed(self, event: ChannelEvent) -> None:
        if self.attempts and event.words[-1] != "ANSWER":
            self.attempts[-1].back_to = "queue"

    def _entered(self, event: ChannelEvent) -> None:
        members = self._bridges.setdefault(event.told("bridge_id"), set())
        members.add(event.uid)
        if self.uid in members:
            for uid in members - {self.uid}:
                self._met(uid, event)

    def _met(self, uid: str, event: ChannelEvent) -> None:
        attempt = self.partner_of.get(uid)
        if attempt is not None and attempt.answered is not None:
            attempt.joined = attempt.joined or event.at
            attempt.back_to = None
        elif attempt is None and self.attempts and _AGENT.match(event.channel):
            last = self.attempts[-1]
            if last.joined is None and last.how != "menu" and last.back_to is None:
                last.back_to = "agent"

    def _exited(self, event: ChannelEvent) -> None:
        self._bridges.get(event.told("bridge_id"), set()).discard(event.uid)

    def _hung_up(self, event: ChannelEvent) -> None:
        for leg in self._legs(event.uid):
            leg.left = leg.left or event.at
            attempt = self.partner_of[event.uid]
            if leg.answered:
                attempt.left = leg.left
            attempt.ended = leg.left
        if event.uid == self.uid and self.attempts:
            last = self.attempts[-1]
            waiting = last.back_to is None and last.joined is None
            last.caller_gone = last.caller_gone or (waiting and last.status in ("", "CANCEL"))

    def _legs(self, uid: str) -> list[PartnerLeg]:
        attempt = self.partner_of.get(uid)
        return [leg for leg in attempt.legs if leg.uid == uid] if attempt else []

    _STEPS: ClassVar[dict[str, Callable[["TransferStory", ChannelEvent], None]]] = {
        CelKind.CHAN_START: _started,
        CelKind.BRIDGE_ENTER: _entered,
        CelKind.BRIDGE_EXIT: _exited,
        CelKind.HANGUP: _hung_up,
        Marker.TRANSFER: _asked,
        Marker.PARTNER: _asked_by_menu,
        Marker.PARTNER_LEG: _dialled,
        Marker.PARTNER_ANSWERED: _picked_up,
        Marker.DIALLED: _number_done,
        Marker.TRANSFER_BACK: _sent_back,
        Marker.RECALL: _recalled,
        Marker.RECALL_LEFT: _recall_failed,
    }


def _voiceless(act: JournalEvent) -> Attempt:
    consent = act.fields.get("consent")
    return Attempt(
        partner=act.word("partner") or "",
        how=act.word("mode") or "",
        agent=act.word("agent"),
        asked=round(act.at, 6),
        actor=act.word("actor"),
        reason=act.word("reason") or "",
        consent=consent if isinstance(consent, bool) else None,
    )
