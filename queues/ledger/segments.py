"""Who is heard in a call's recording, second by second.

The switch records the citizen's channel while it is in a bridge, one file over every leg: left is
what the citizen says, right what they hear. A segment says whose voices are on the right, and where
in their own leg's recording its partners are heard (`recordings.legs`).
"""

import re
from dataclasses import dataclass, field
from typing import Any

from queues.ledger.transfer_story import TransferStory
from telephony.cel import CelKind, ChannelEvent

# Seconds: shorter than any word, such as the instant in which one leg takes another's place.
_SHORTEST = 0.05
_AGENT = re.compile(r"PJSIP/([0-9]{2,8})-", re.ASCII)


@dataclass(slots=True)
class _Clock:
    """A leg's own recording: how long it is, and since when it has been in a bridge again."""

    recorded: float = 0.0
    since: float | None = None

    def at(self, instant: float) -> float:
        return self.recorded + (max(0.0, instant - self.since) if self.since is not None else 0.0)


@dataclass(slots=True)
class Segments:
    """Times are seconds of the recording, whose clock stands still outside of bridges."""

    uid: str
    transfers: TransferStory
    found: list[dict[str, Any]] = field(default_factory=list)
    _members: dict[str, set[str]] = field(default_factory=dict)
    _agents: dict[str, str] = field(default_factory=dict)
    _legs: dict[str, _Clock] = field(default_factory=dict)
    _bridge: str = ""
    _since: float = 0.0
    _recorded: float = 0.0

    def take(self, event: ChannelEvent) -> None:
        """Take the next channel event of the call, after `transfers` took it."""
        if event.kind == CelKind.BRIDGE_ENTER:
            self._enter(event)
        elif event.kind == CelKind.BRIDGE_EXIT:
            self._exit(event)

    def _enter(self, event: ChannelEvent) -> None:
        bridge = event.told("bridge_id")
        agent = _AGENT.match(event.channel)
        if agent:
            self._agents[event.uid] = agent[1]
        if event.uid == self.uid:
            self._close(event.at)
            self._bridge, self._since = bridge, event.at
        elif bridge == self._bridge:
            self._close(event.at)
        leg = self._legs.setdefault(event.uid, _Clock())
        leg.recorded, leg.since = leg.at(event.at), event.at
        self._members.setdefault(bridge, set()).add(event.uid)

    def _exit(self, event: ChannelEvent) -> None:
        bridge = event.told("bridge_id")
        if bridge == self._bridge:
            self._close(event.at)
        self._members.get(bridge, set()).discard(event.uid)
        if leg := self._legs.get(event.uid):
            leg.recorded, leg.since = leg.at(event.at), None
        if event.uid == self.uid and bridge == self._bridge:
            self._bridge = ""

    def _close(self, at: float) -> None:
        """End the segment that has lasted until now, and begin the next."""
        if not self._bridge:
            return
        seconds = max(0.0, at - self._since)
        legs = self._heard_legs(self._since)
        self._since = max(self._since, at)
        began, self._recorded = self._recorded, self._recorded + seconds
        heard = self._heard()
        if self.found and (self.found[-1]["with"] == heard or seconds < _SHORTEST):
            self.found[-1]["to"] = round(self._recorded, 3)
        elif seconds >= _SHORTEST:
            told = {"from": round(began, 3), "to": round(self._recorded, 3), "with": heard}
            self.found.append(told | ({"legs": legs} if legs else {}))

    def _heard_legs(self, instant: float) -> dict[str, float]:
        """Return the partners' legs in this bridge, and the second of their own recordings."""
        others = self._members.get(self._bridge, set()) - {self.uid}
        partners = sorted(uid for uid in others if self.transfers.code_of(uid))
        return {uid: round(self._legs[uid].at(instant), 3) for uid in partners}

    def _heard(self) -> list[str]:
        others = self._members.get(self._bridge, set()) - {self.uid}
        agents = [f"agent {self._agents[uid]}" for uid in others if uid in self._agents]
        codes = {code for uid in others if (code := self.transfers.code_of(uid))}
        return sorted(agents) + sorted(f"partner {code}" for code in codes)
