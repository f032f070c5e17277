"""How often somebody may ask: counted in Redis for all processes, in this one when Redis is away.

The fallback refuses as the rule does and never lets everybody through. Keys are digests, so that
Redis holds no telephone numbers.
"""

import asyncio
import hashlib
import ipaddress
import math
import time
from dataclasses import dataclass, field

import structlog
from fastapi import Request
from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.errors import HotlineError

log = structlog.get_logger()

# Seconds to wait for Redis, and for how long it is then left alone.
_PATIENCE, _ALONE = 0.5, 5.0
_MOST_KEPT = 20_000


class TooOften(HotlineError):
    """Somebody asks more often than the rule allows; `seconds` until they may again."""

    slug = "too-often"

    def __init__(self, seconds: int) -> None:
        super().__init__(f"That was too often. Try again in {seconds} seconds, or call 12345.")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Rule:
    """So many times in so many seconds."""

    name: str
    most: int
    seconds: int


@dataclass(slots=True)
class Throttle:
    """Counts who asked for what; `secret` keys the digests."""

    redis: Redis
    node: str
    secret: str
    _kept: dict[str, tuple[int, float]] = field(default_factory=dict)
    _leave_alone_until: float = 0.0

    async def take(self, rule: Rule, who: str | None) -> None:
        """Count one more of somebody's; nobody is counted who is not known. Raises TooOften."""
        if who is None:
            return
        count, left = await self._count(rule, self._key(rule, who), 1)
        if count > rule.most:
            raise TooOften(left)

    async def check(self, rule: Rule, who: str) -> None:
        """Refuse without counting. Raises TooOften."""
        count, left = await self._count(rule, self._key(rule, who), 0)
        if count >= rule.most:
            raise TooOften(left)

    def _key(self, rule: Rule, who: str) -> str:
        secret = self.secret.encode()[:32]
        digest = hashlib.blake2s(who.encode(errors="replace"), key=secret, digest_size=16)
        return f"hotline:{self.node}:asked:{rule.name}:{digest.hexdigest()}"

    async def _count(self, rule: Rule, key: str, step: int) -> tuple[int, int]:
        if time.monotonic() >= self._leave_alone_until:
            try:
                async with asyncio.timeout(_PATIENCE):
                    return await self._in_redis(rule, key, step)
            except (RedisError, OSError, TimeoutError) as error:
                log.warning("asking is counted here alone", why=type(error).__name__)
                self._leave_alone_until = time.monotonic() + _ALONE
        return self._here(rule, key, step)

    async def _in_redis(self, rule: Rule, key: str, step: int) -> tuple[int, int]:
        async with self.redis.pipeline(transaction=True) as pipe:
            pipe.set(key, 0, ex=rule.seconds, nx=True)
            pipe.incrby(key, step)
            pipe.ttl(key)
            _, count, left = await pipe.execute()
        return int(count), max(1, int(left))

    def _here(self, rule: Rule, key: str, step: int) -> tuple[int, int]:
        now = time.monotonic()
        if len(self._kept) >= _MOST_KEPT:
            self._forget(now)
        count, until = self._kept.get(key, (0, 0.0))
        if until <= now:
            count, until = 0, now + rule.seconds
        self._kept[key] = (count + step, until)
        return count + step, max(1, math.ceil(until - now))

    def _forget(self, now: float) -> None:
        """Forget what is over; if that is not enough, the half that ends first."""
        self._kept = {key: one for key, one in self._kept.items() if one[1] > now}
        if len(self._kept) >= _MOST_KEPT:
            later = sorted(self._kept.items(), key=lambda one: one[1][1])[_MOST_KEPT // 2 :]
            self._kept = dict(later)


def address_of(request: Request) -> str | None:
    """Return from where somebody asks: an IPv4 address, or the network of an IPv6 one.

    The pages stand before us on this machine and say whom they saw, last in X-Forwarded-For; what
    others wrote before that is hearsay. None when nobody says.
    """
    seen = request.client.host if request.client else ""
    if _is_here(seen):
        seen = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    try:
        address = ipaddress.ip_address(seen)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
