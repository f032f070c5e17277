"""Cases between platforms: proven, kept, told once, and sent until they are receipted."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api.app import make_app
from core.clock import utc_now
from core.secrets import ensure_secrets
from core.settings import CHECKOUT, Settings
from exchange.handover import HandOver, announce
from exchange.models import Message
from exchange.outward import Delivery, NotYet, try_again
from exchange.peers import Peer, key_of, load_peers
from exchange.reading import needs_a_telephone
from exchange.results import tell_results
from exchange.signing import APP_ID, NONCE, SIGN, TIMESTAMP, Envelope, sign, verify
from exchange.states import IllegalMessageMove, MessageState

pytestmark = pytest.mark.integration

Sessions = async_sessionmaker[AsyncSession]
PATH = "/api/exchange/110/orders"
CASE = {
    "policeCaseNo": "J3715002026112400001",
    "callerPhone": "13812345678",
    "summary": "邻居噪音扰民，双方已分开",
    "address": "东昌府区某小区",
    "policeAction": "未派警",
    "somethingNew": {"deep": ["\0", "\ud800"]},
}
KEY = "k" * 64


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path, database_url=database_url, redis_url="unix:///nowhere")
    ensure_secrets(settings.secrets_file)
    return settings


@pytest.fixture
async def api(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    app = make_app(settings)
    door = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=door, base_url="http://127.0.0.1") as client,
    ):
        yield client


def signed(settings: Settings, body: bytes, peer: str = "110") -> dict[str, str]:
    return sign(key_of(settings.secrets, peer), peer, Envelope("POST", PATH), body, utc_now())


async def test_the_same_case_twice_is_one_ticket_with_both_numbers(
    api: httpx.AsyncClient, settings: Settings, sessions: Sessions
) -> None:
    body = json.dumps(CASE).encode()
    first = await api.post(PATH, content=body, headers=signed(settings, body))
    again = await api.post(PATH, content=body, headers=signed(settings, body))
    assert (first.status_code, again.status_code) == (202, 202), first.text
    assert first.json()["ticketNo"] == again.json()["ticketNo"]
    assert (first.json()["duplicate"], again.json()["duplicate"]) == (False, True)
    async with sessions() as session:
        message = (await session.scalars(select(Message))).one()
    assert (message.case_no, message.number) == (CASE["policeCaseNo"], first.json()["ticketNo"])


async def test_a_message_played_back_letter_by_letter_is_not_taken(
    api: httpx.AsyncClient, settings: Settings
) -> None:
    body = json.dumps(CASE).encode()
    headers = signed(settings, body)
    await api.post(PATH, content=body, headers=headers)
    replayed = await api.post(PATH, content=body, headers=headers)
    assert (replayed.status_code, replayed.json()["type"]) == (401, "urn:hotline:bad-signature")


async def test_what_is_not_provably_theirs_is_refused_and_not_kept(
    api: httpx.AsyncClient, settings: Settings, sessions: Sessions
) -> None:
    body = json.dumps(CASE).encode()
    good = signed(settings, body)
    old = sign(
        key_of(settings.secrets, "110"), "110", Envelope("POST", PATH), body,
        utc_now() - timedelta(minutes=6),
    )  # fmt: skip
    wrong: list[dict[str, str]] = [
        {}, old, good | {SIGN: "0" * 64}, good | {NONCE: "short"}, good | {TIMESTAMP: "today"},
        signed(settings, body, peer="12348"), signed(settings, body + b" "),
    ]  # fmt: skip
    for headers in wrong:
        answer = await api.post(PATH, content=body, headers=headers)
        assert answer.status_code == 401, headers
    stranger = await api.post("/api/exchange/999/orders", content=body, headers=good)
    assert stranger.status_code == 404
    async with sessions() as session:
        assert (await session.scalars(select(Message))).all() == []


async def test_a_genuine_message_that_cannot_be_read_is_kept_whole(
    api: httpx.AsyncClient, settings: Settings, sessions: Sessions
) -> None:
    for body in (b"\xd6\xd0\xce\xc4", b"[]", b'{"summary": "x"}', b"[" * 100_000):
        answer = await api.post(PATH, content=body, headers=signed(settings, body))
        assert answer.json()["type"] == "urn:hotline:unreadable-message", body[:20]
    async with sessions() as session:
        kept = (await session.scalars(select(Message))).all()
        tickets = await session.scalar(text("SELECT count(*) FROM ticket"))
    assert [one.state for one in kept] == [MessageState.QUARANTINED] * 4
    assert tickets == 0
    huge = b" " * (256 * 1024 + 1)
    refused = await api.post(PATH, content=huge, headers=signed(settings, huge))
    assert refused.status_code == 400


@dataclass
class Partner:
    """The platform on the other side, over real HTTP; `say` is what it answers next."""

    say: Callable[[int], bytes | None]
    port: int = 0
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[1:] if line)
        self.heard.append((headers, await reader.readexactly(int(headers["Content-Length"]))))
        answer = self.say(len(self.heard))
        if answer is not None:
            writer.write(answer)
            await writer.drain()
        else:
            await reader.read()  # until the other side has had enough
        writer.close()
        await writer.wait_closed()


def http(status: int, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


@pytest.fixture
async def partner() -> AsyncIterator[Partner]:
    partner = Partner(lambda _: http(200, b'{"accepted": true, "caseNo": "J-7"}'))
    server = await asyncio.start_server(partner.serve, "127.0.0.1", 0)
    partner.port = server.sockets[0].getsockname()[1]
    yield partner
    server.close()
    await server.wait_closed()


@pytest.fixture
async def delivery(sessions: Sessions, partner: Partner) -> AsyncIterator[Delivery]:
    peer = Peer("110", "110", f"http://127.0.0.1:{partner.port}/linkage?x=1", 60, "110")
    async with httpx.AsyncClient() as client:
        yield Delivery(sessions, (peer,), lambda _: KEY, client)


async def announced(delivery: Delivery, **changes: Any) -> int:
    facts: dict[str, Any] = {
        "call": "node1-1.1", "partner": "110", "agent": "8013", "reason": "打架",
        "consent": None, "needs_number": True,
    }  # fmt: skip
    async with delivery.sessions.begin() as session:
        await session.execute(
            text(
                "INSERT INTO ticket (number, call_uid, query_code, line, state, new_at, caller)"
                " VALUES ('LC1', 'node1-1.1', '000000', '12345', 'NEW', now(), '13812345678')"
                " ON CONFLICT DO NOTHING"
            )
        )
        identity = await announce(session, delivery.peers, HandOver(**(facts | changes)))
    assert identity is not None
    return identity


async def test_a_case_arrives_signed_and_its_receipt_is_kept(
    delivery: Delivery, partner: Partner, sessions: Sessions
) -> None:
    identity = await announced(delivery)
    assert await delivery.deliver(identity) is MessageState.RECEIPTED
    headers, body = partner.heard[0]
    assert verify(KEY, Envelope("POST", "/linkage"), headers, body, utc_now())
    assert headers[APP_ID] == "12345"
    said = json.loads(body)
    assert (said["ticketNo"], said["callerPhone"]) == ("LC1", "13812345678")
    async with sessions() as session:
        message = await session.get_one(Message, identity)
    assert message.case_no == "J-7"
    assert await delivery.deliver(identity) is MessageState.RECEIPTED
    assert len(partner.heard) == 1, "a receipted message is not sent again"


async def test_a_line_that_is_no_emergency_gets_the_number_with_consent_only(
    delivery: Delivery, partner: Partner
) -> None:
    for call, consent in (("node1-1.1", None), ("node1-1.1", True)):
        identity = await announced(delivery, call=call, consent=consent, needs_number=False)
        await delivery.deliver(identity)
        async with delivery.sessions.begin() as session:
            await session.execute(text("DELETE FROM exchange_message"))
    numbers = [json.loads(body)["callerPhone"] for _, body in partner.heard]
    assert numbers == ["138****5678", "13812345678"]


async def test_the_same_hand_over_is_announced_once(delivery: Delivery) -> None:
    await announced(delivery)
    async with delivery.sessions.begin() as session:
        again = HandOver("node1-1.1", "110", "8014", "", None, needs_number=True)
        assert await announce(session, delivery.peers, again) is None


async def test_an_answer_that_is_no_receipt_is_tried_again_until_there_is_one(
    delivery: Delivery, partner: Partner
) -> None:
    good = partner.say
    bad = [
        http(500, b"down"), http(200, b"<html>garbage</html>"), http(200, b"[]"),
        http(200, b'"\xff'), http(429, b""), b"nonsense\r\n\r\n", b"",
    ]  # fmt: skip
    partner.say = lambda tries: bad[tries - 1] if tries <= len(bad) else good(tries)
    identity = await announced(delivery)
    for _ in bad:
        with pytest.raises(NotYet):
            await delivery.deliver(identity)

    assert await delivery.deliver(identity) is MessageState.RECEIPTED
    assert len({headers["Idempotency-Key"] for headers, _ in partner.heard}) == 1
    assert len({headers[NONCE] for headers, _ in partner.heard}) == len(bad) + 1


async def test_a_platform_that_never_answers_is_left_and_tried_again(
    delivery: Delivery, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exchange.outward.PATIENCE", 0.2)
    good = partner.say
    partner.say = lambda tries: None if tries == 1 else good(tries)
    identity = await announced(delivery)
    with pytest.raises(NotYet, match="TimeoutError"):
        await delivery.deliver(identity)
    assert await delivery.deliver(identity) is MessageState.RECEIPTED


async def test_a_refusal_is_final_until_a_person_tries_again(
    delivery: Delivery, partner: Partner, sessions: Sessions
) -> None:
    good = partner.say
    partner.say = lambda tries: (
        http(200, '{"accepted": false, "reason": "不属警情"}'.encode()) if tries == 1 else good(1)
    )
    identity = await announced(delivery)
    assert await delivery.deliver(identity) is MessageState.REFUSED
    async with sessions.begin() as session:
        message = await session.get_one(Message, identity)
        assert "不属警情" in message.fault
        assert needs_a_telephone(message, delivery.peers, utc_now())
        await try_again(session, identity)
    assert await delivery.deliver(identity) is MessageState.RECEIPTED
    async with sessions.begin() as session:
        with pytest.raises(IllegalMessageMove):
            await try_again(session, identity)


async def test_a_message_without_receipt_is_a_call_for_the_telephone_and_given_up_after_a_day(
    delivery: Delivery, partner: Partner, sessions: Sessions
) -> None:
    partner.say = lambda _: http(503, b"")
    identity = await announced(delivery)
    async with sessions() as session:
        message = await session.get_one(Message, identity)
    assert not needs_a_telephone(message, delivery.peers, utc_now())
    assert needs_a_telephone(message, delivery.peers, utc_now() + timedelta(seconds=61))
    async with sessions.begin() as session:
        await session.execute(text("UPDATE exchange_message SET made_at = now() - interval '2 d'"))
    assert await delivery.deliver(identity) is MessageState.GIVEN_UP


async def test_what_became_of_their_case_goes_back_once(
    api: httpx.AsyncClient,
    settings: Settings,
    delivery: Delivery,
    partner: Partner,
    sessions: Sessions,
) -> None:
    body = json.dumps(CASE).encode()
    await api.post(PATH, content=body, headers=signed(settings, body))
    async with sessions.begin() as session:
        assert await tell_results(session, delivery.peers) == 0, "its ticket has not ended"
        await session.execute(text("UPDATE ticket SET state = 'INVALID'"))
    for told in (1, 0):
        async with sessions.begin() as session:
            assert await tell_results(session, delivery.peers) == told
    async with sessions() as session:
        identity = await session.scalar(select(Message.id).where(Message.outward))
    assert identity is not None
    await delivery.deliver(identity)
    assert json.loads(partner.heard[0][1])["policeCaseNo"] == CASE["policeCaseNo"]


def test_the_shipped_platforms_are_not_connected_until_somebody_says_where() -> None:
    assert {peer.code: peer.url for peer in load_peers(CHECKOUT / "config")} == {
        "110": "",
        "12348": "",
    }
