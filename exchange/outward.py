"""Our messages: written with what they tell of, sent by a durable job until they are receipted."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.clock import utc_now
from core.outbox import defer_delivery
from core.settings import Settings
from exchange.models import Message
from exchange.peers import Peer, find_peer, key_of, load_peers
from exchange.signing import Envelope, sign
from exchange.states import Kind, MessageState, move

# Who we are to every platform.
APP_ID = "12345"
PATIENCE = 5.0
TRIED_FOR = timedelta(days=1)
_LARGEST_ANSWER = 64 * 1024
_LONGEST_FAULT = 300


class NotYet(Exception):
    """The other side could not take it now; the job is to try again."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What is to be told to a platform; `key` names it, so that telling twice is once."""

    kind: Kind
    key: str
    body: Mapping[str, Any]
    number: str | None = None
    case_no: str | None = None


async def tell(session: AsyncSession, peer: Peer, outgoing: Outgoing) -> int | None:
    """Write a message in the caller's transaction; it is sent once that commits.

    Returns its id, None when the platform is not connected or has been told already.
    """
    if not peer.url:
        return None
    row = {
        "peer": peer.code,
        "outward": True,
        "kind": outgoing.kind,
        "key": outgoing.key,
        "state": MessageState.WAITING,
        "number": outgoing.number,
        "case_no": outgoing.case_no,
        "body": dict(outgoing.body),
        "made_at": utc_now(),
    }
    written = await session.scalars(
        insert(Message).values(row).on_conflict_do_nothing().returning(Message.id)
    )
    identity = written.one_or_none()
    if identity is not None:
        await defer_delivery(session, identity)
    return identity


@dataclass(frozen=True, slots=True)
class Delivery:
    """Sends one message; what the job calls."""

    sessions: async_sessionmaker[AsyncSession]
    peers: tuple[Peer, ...]
    key_for: Callable[[str], str]
    http: httpx.AsyncClient

    async def deliver(self, identity: int) -> MessageState | None:
        """Send a message and write down the answer; harmless when it is settled already.

        Raises NotYet when it should be tried again.
        """
        async with self.sessions() as session:
            message = await session.get(Message, identity)
        if message is None or message.state is not MessageState.WAITING:
            return message.state if message else None
        state, fault, case_no = await self._sent(message)
        if state is MessageState.WAITING and utc_now() - message.made_at > TRIED_FOR:
            state = MessageState.GIVEN_UP
        await self._note(identity, state, fault, case_no)
        if state is MessageState.WAITING:
            raise NotYet(fault)
        return state

    async def _sent(self, message: Message) -> tuple[MessageState, str, str | None]:
        peer = find_peer(self.peers, message.peer)
        body = json.dumps(message.body, ensure_ascii=False, sort_keys=True).encode()
        path = urlsplit(peer.url).path or "/"
        headers = sign(self.key_for(peer.code), APP_ID, Envelope("POST", path), body, utc_now())
        headers |= {"Content-Type": "application/json", "Idempotency-Key": message.key}
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await self._posted(peer.url, body, headers)
        except (httpx.HTTPError, TimeoutError) as error:
            return MessageState.WAITING, f"{type(error).__name__}: {error}", None
        return _judged(answer)

    async def _posted(self, url: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        request = self.http.build_request("POST", url, content=body, headers=headers)
        answer = await self.http.send(request, stream=True)
        try:
            read = b""
            async for part in answer.aiter_bytes():
                read += part
                if len(read) > _LARGEST_ANSWER:
                    break
            return answer.status_code, read
        finally:
            await answer.aclose()

    async def _note(
        self, identity: int, state: MessageState, fault: str, case_no: str | None
    ) -> None:
        async with self.sessions.begin() as session:
            message = await session.scalar(
                select(Message).where(Message.id == identity).with_for_update()
            )
            if message is None or message.state is not MessageState.WAITING:
                return
            message.attempts += 1
            message.fault = fault.replace("\0", "")[:_LONGEST_FAULT]
            if state is not MessageState.WAITING:
                message.state = move(message.state, state)
                message.settled_at = utc_now()
                message.case_no = case_no or message.case_no


def delivery_of(
    settings: Settings, sessions: async_sessionmaker[AsyncSession], http: httpx.AsyncClient
) -> Delivery:
    """Return what sends the messages of this hotline. Raises ConfigError."""
    peers = tuple(load_peers(settings.config_dir))
    return Delivery(sessions, peers, lambda peer: key_of(settings.secrets, peer), http)


def _judged(answer: tuple[int, bytes]) -> tuple[MessageState, str, str | None]:
    """A receipt is what says so: 200 with garbage is no receipt."""
    status, body = answer
    if status >= 500 or status in (408, 429):
        return MessageState.WAITING, f"answered {status}", None
    if status >= 400:
        return MessageState.REFUSED, f"answered {status}: {body[:200]!r}", None
    try:
        receipt = json.loads(body)
        accepted, case_no = receipt["accepted"], receipt.get("caseNo")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return MessageState.WAITING, f"answered {status} without a receipt: {body[:100]!r}", None
    if accepted is not True:
        reason = str(receipt.get("reason", "no reason given"))
        return MessageState.REFUSED, f"refused: {reason}", None
    return MessageState.RECEIPTED, "", str(case_no)[:64] if case_no else None


async def try_again(session: AsyncSession, identity: int) -> Message | None:
    """Let a refused or given-up message be sent once more; None when there is no such message.

    Raises IllegalMessageMove for one that was receipted.
    """
    message = await session.scalar(select(Message).where(Message.id == identity).with_for_update())
    if message is not None:
        message.state = move(message.state, MessageState.WAITING)
        message.made_at, message.settled_at = utc_now(), None
        await defer_delivery(session, identity)
    return message
