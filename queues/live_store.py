"""The live picture in Redis: `hotline:<node>:live:…`, for wallboards and agents' desks.

    agents   hash, number → JSON {declared, reason, observed, since, queues}
    queues   hash, name → JSON {waiting, callers: [{call, position, joined}], estimate: {seconds,
             compared, mean_error, within_30s, reliable} for who joins now}
    state    hash, as_of (when the switch last agreed) and stale ("1": do not trust the rest)
    errors   JSON, by queue the estimates that were compared with what happened
    marker   whose drawing this is; gone when Redis lost its memory
    figures  JSON, today's figures (written by `reports.live_figures`, as are the next)
    check    JSON, how the figures and the ledger agree with this picture
    changes  channel, JSON {as_of, stale, agents, queues, gone}, the changed ones only; also
             {figures} and {check}

Instants are ISO 8601 in UTC. Nothing here is truth; counts of calls are the ledger's.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex
from typing import Any

from redis.asyncio import Redis

from queues.agent_states import AgentState
from queues.live_estimates import Estimates
from queues.live_picture import Picture, QueueState

Plain = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture as plain values, by agent's number and by queue's name."""

    agents: Mapping[str, Plain] = field(default_factory=dict)
    queues: Mapping[str, Plain] = field(default_factory=dict)


def draw(picture: Picture, now: datetime, estimates: Estimates | None = None) -> Drawing:
    """Turn a picture into plain values, as of an instant not before its last event."""
    known = estimates or Estimates()
    return Drawing(
        agents={agent.number: _agent(agent) for agent in picture.agents(now)},
        queues={queue.name: _queue(queue, known, now) for queue in picture.queues()},
    )


def _agent(agent: AgentState) -> Plain:
    return {
        "declared": agent.declared,
        "reason": agent.reason,
        "observed": agent.observed,
        "since": agent.since.isoformat() if agent.since else None,
        "queues": dict(agent.queues),
    }


def _queue(queue: QueueState, estimates: Estimates, now: datetime) -> Plain:
    callers = [
        {"call": caller.call, "position": position, "joined": caller.joined.isoformat()}
        for position, caller in enumerate(queue.callers, 1)
    ]
    estimate = estimates.of(queue.name).as_plain(len(callers), now)
    return {"waiting": len(callers), "callers": callers, "estimate": estimate}


def live_key(node: str, name: str) -> str:
    """Return the full name of one of the keys above."""
    return f"hotline:{node}:live:{name}"


class LiveStore:
    """One node's picture in Redis; writes what changed and tells who listens."""

    def __init__(self, redis: Redis, node: str) -> None:
        self._redis = redis
        self._node = node
        self._mark = token_hex(8)
        self._drawn = Drawing()
        self._errors = ""

    def key(self, name: str) -> str:
        """Return the full name of one of the keys above."""
        return live_key(self._node, name)

    async def is_lost(self) -> bool:
        """Whether Redis forgot what we wrote: it was flushed or started anew."""
        return self._drawn != Drawing() and not await self._is_ours()

    async def _is_ours(self) -> bool:
        return bool(await self._redis.get(self.key("marker")) == self._mark)

    async def write(self, new: Drawing, as_of: datetime, *, stale: bool) -> None:
        """Write what changed since the last time, everything where that is gone, in one step."""
        anew = not await self._is_ours()
        old = Drawing() if anew else self._drawn
        state: dict[Any, str] = {"as_of": as_of.isoformat(), "stale": str(int(stale))}
        agents, queues = _changed(old.agents, new.agents), _changed(old.queues, new.queues)
        gone = {"agents": _gone(old.agents, new.agents), "queues": _gone(old.queues, new.queues)}
        async with self._redis.pipeline(transaction=True) as pipe:
            if anew:
                pipe.delete(self.key("agents"), self.key("queues"))
                # Never with a mere change: it would hide a flush that came a moment before.
                pipe.set(self.key("marker"), self._mark)
            for name, changed in (("agents", agents), ("queues", queues)):
                if changed:
                    pipe.hset(self.key(name), mapping=_texts(changed))
                if gone[name]:
                    pipe.hdel(self.key(name), *gone[name])
            pipe.hset(self.key("state"), mapping=state)
            news = {"as_of": state["as_of"], "stale": stale, "agents": agents, "queues": queues}
            pipe.publish(self.key("changes"), _text(news | {"gone": gone}))
            await pipe.execute()
        self._drawn = new

    async def load_errors(self) -> dict[str, Any]:
        """Return what an earlier life compared, by queue; nothing when it cannot be read."""
        try:
            told = json.loads(await self._redis.get(self.key("errors")) or "{}")
        except ValueError:
            return {}
        return told if isinstance(told, dict) else {}

    async def save_errors(self, told: Mapping[str, Any]) -> None:
        """Keep what was compared, when it changed."""
        text = _text(told)
        if text != self._errors:
            await self._redis.set(self.key("errors"), text)
            self._errors = text

    async def mark_stale(self) -> None:
        """Say that what is drawn here, by us or before us, may be out of date."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(self.key("state"), "stale", "1")
            pipe.publish(self.key("changes"), _text({"stale": True}))
            await pipe.execute()


def _changed(old: Mapping[str, Plain], new: Mapping[str, Plain]) -> dict[str, Plain]:
    return {name: value for name, value in new.items() if old.get(name) != value}


def _gone(old: Mapping[str, Plain], new: Mapping[str, Plain]) -> list[str]:
    return sorted(old.keys() - new.keys())


def _texts(values: Mapping[str, Plain]) -> dict[Any, str]:
    return {name: _text(value) for name, value in values.items()}


def _text(value: Plain) -> str:
    return json.dumps(value, ensure_ascii=False)
