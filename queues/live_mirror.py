"""The live picture as a reader knows it: read whole from Redis, then kept up to date by changes.

The HTTP API and the wall of the command line read it. Whatever is missed (Redis away or flushed, a
message lost) is mended by reading the whole again.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from queues.live_store import live_key

GATHER = 0.1
"""Seconds in which several changes become one."""

SILENCE = 5.0
"""Seconds without a word after which nobody draws any more: a drawing comes every second."""

READ_EVERY = 30.0
"""Seconds between two readings of the whole."""

_PARTS = ("agents", "queues")
_DOCUMENTS = ("figures", "check")

Plain = dict[str, Any]


@dataclass(slots=True)
class Mirror:
    """The picture: agents and queues by name, as `live_store` describes them."""

    agents: dict[str, Plain] = field(default_factory=dict)
    queues: dict[str, Plain] = field(default_factory=dict)
    as_of: str | None = None
    stale: bool = True
    figures: Plain = field(default_factory=dict)
    check: Plain = field(default_factory=dict)

    def apply(self, change: Mapping[str, Any]) -> None:
        """Take a change in."""
        for part in _PARTS:
            known: dict[str, Plain] = getattr(self, part)
            known.update(change.get(part, {}))
            for name in change.get("gone", {}).get(part, ()):
                known.pop(name, None)
        for name in ("as_of", "stale", *_DOCUMENTS):
            if name in change:
                setattr(self, name, change[name])

    def as_plain(self) -> Plain:
        """Return the whole as one change to nothing."""
        return {
            "as_of": self.as_of, "stale": self.stale, "agents": dict(self.agents),
            "queues": dict(self.queues), "figures": self.figures, "check": self.check,
        }  # fmt: skip

    def changed_to(self, other: "Mirror") -> Plain:
        """Return the change that makes this picture the other one."""
        change: Plain = {"gone": {}}
        for part in _PARTS:
            old, new = getattr(self, part), getattr(other, part)
            change[part] = {name: one for name, one in new.items() if old.get(name) != one}
            change["gone"][part] = sorted(old.keys() - new.keys())
        for name in ("as_of", "stale", *_DOCUMENTS):
            if getattr(self, name) != getattr(other, name):
                change[name] = getattr(other, name)
        return change


def merge(first: Mapping[str, Any], second: Mapping[str, Any]) -> Plain:
    """Return one change that does what two did one after the other."""
    merged: Plain = {**first, **second, "gone": {}}
    for part in _PARTS:
        gone = set(first.get("gone", {}).get(part, ())) - second.get(part, {}).keys()
        gone_now = set(second.get("gone", {}).get(part, ()))
        both = {**first.get(part, {}), **second.get(part, {})}
        merged[part] = {name: one for name, one in both.items() if name not in gone_now}
        merged["gone"][part] = sorted(gone | gone_now)
    return merged


async def read_mirror(redis: Redis, node: str) -> Mirror:
    """Read the whole picture; `redis` decodes responses. Raises RedisError."""
    async with redis.pipeline(transaction=True) as pipe:
        for part in (*_PARTS, "state"):
            pipe.hgetall(live_key(node, part))
        for name in _DOCUMENTS:
            pipe.get(live_key(node, name))
        agents, queues, state, figures, check = await pipe.execute()
    return Mirror(
        agents={name: json.loads(text) for name, text in agents.items()},
        queues={name: json.loads(text) for name, text in queues.items()},
        as_of=state.get("as_of"),
        stale=state.get("stale") != "0",
        figures=json.loads(figures or "{}"),
        check=json.loads(check or "{}"),
    )


async def follow(redis: Redis, node: str, mirror: Mirror) -> AsyncIterator[Plain]:
    """Keep a mirror up to date for ever and yield each change once it is taken in.

    Without Redis, or while nobody draws, the mirror stays as it is and is stale.
    """
    while True:
        try:
            async with redis.pubsub() as pubsub:
                await pubsub.subscribe(live_key(node, "changes"))
                async for change in _follow(redis, node, mirror, pubsub):
                    yield change
        except (RedisError, OSError):
            if not mirror.stale:
                mirror.stale = True
                yield {"stale": True}
            await asyncio.sleep(1)


async def _follow(redis: Redis, node: str, mirror: Mirror, pubsub: PubSub) -> AsyncIterator[Plain]:
    read_at, heard_at = float("-inf"), monotonic()
    while True:
        if monotonic() - read_at > READ_EVERY:
            read_at = monotonic()
            change = mirror.changed_to(await read_mirror(redis, node))
        else:
            change = await _next(pubsub)
            heard_at = monotonic() if change else heard_at
        if monotonic() - heard_at > SILENCE and not mirror.stale:
            change = {"stale": True}
        if change:
            mirror.apply(change)
            yield change


async def _next(pubsub: PubSub) -> Plain:
    """Return what is said within a moment after the first word, or nothing after a second."""
    change: Plain = {}
    until = monotonic() + 1.0
    while (left := until - monotonic()) > 0:
        message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=left)
        if message is None:
            continue
        if not change:
            until = monotonic() + GATHER
        change = merge(change, json.loads(message["data"]))
    return change
