"""Whoever is not reached gets one message with a link, and answers it once."""

import json
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from tests.integration.follow_ups import CONTENT, UNSOLVED, claim, done, missed, newest, record
from tests.integration.ticket_life import Life
from tickets.followup.answering import AnsweredAlready, UnknownLink, WrongCode, answer
from tickets.followup.models import FollowUp, FollowUpLink
from tickets.followup.states import FollowUpState
from tickets.followup.verdict import Answers
from tickets.followup.words import Ending
from tickets.messages.messenger import FileMessenger, HttpMessenger, Messenger, NotNow
from tickets.messages.models import MessageState, TextMessage
from tickets.messages.sending import MOST_ATTEMPTS, Sender
from tickets.models import Ticket
from tickets.states import TicketState

pytestmark = pytest.mark.integration


@pytest.fixture
def life(sessions: async_sessionmaker[AsyncSession]) -> Life:
    return Life(sessions)


async def messages(life: Life) -> list[TextMessage]:
    async with life.sessions() as session:
        return list((await session.scalars(select(TextMessage))).all())


async def linked(life: Life, number: str) -> tuple[str, str]:
    """Return the link's token and the query code of a ticket."""
    async with life.sessions() as session:
        rows = await session.execute(
            select(FollowUpLink.token, Ticket.query_code)
            .join(FollowUp, FollowUp.id == FollowUpLink.follow_up_id)
            .join(Ticket, Ticket.id == FollowUp.ticket_id)
            .where(Ticket.number == number)
        )
        token, code = rows.one()
        return token, code


async def answers(life: Life, token: str, code: str, said: Answers) -> FollowUp:
    async with life.sessions.begin() as session:
        return await answer(session, life.city, token, code, said, life.now)


async def test_one_message_with_a_link_follows_the_first_miss(life: Life) -> None:
    number = await done(life)
    await missed(life, number)
    life.later(hours=5)
    await missed(life, number)
    (message,) = await messages(life)
    token, code = await linked(life, number)
    assert token in message.text
    assert code in message.text
    assert number not in message.text, "the message tells more than it must"
    async with life.sessions() as session:
        jobs = await session.execute(
            text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'messages.send'")
        )
        assert jobs.scalar() == 1


async def test_a_landline_gets_no_message(life: Life) -> None:
    number = await done(life, phone="06358200001")
    await missed(life, number)
    assert await messages(life) == []


async def test_a_fault_of_ours_sends_nobody_a_message(life: Life) -> None:
    number = await done(life)
    await claim(life, number)
    await record(life, number, Ending.FAILED)
    assert await messages(life) == []


async def test_an_answer_by_link_closes_the_ticket_once(life: Life) -> None:
    number = await done(life)
    await missed(life, number)
    token, code = await linked(life, number)
    for _ in range(2):
        assert (await answers(life, token, code, CONTENT)).state is FollowUpState.CLOSED
    with pytest.raises(AnsweredAlready):
        await answers(life, token, code, UNSOLVED)
    _, attempts = await newest(life, number)
    assert [one.means for one in attempts] == ["person", "message"]


async def test_an_unsolved_matter_is_handled_again_by_link(life: Life) -> None:
    number = await done(life)
    await missed(life, number)
    token, code = await linked(life, number)
    await answers(life, token, code, UNSOLVED)
    assert (await life.look(number)).ticket.state is TicketState.REDO
    # Of the next round the old link says nothing.
    with pytest.raises(AnsweredAlready):
        await answers(life, token, code, CONTENT)


async def test_neither_link_nor_code_is_enough(life: Life) -> None:
    number = await done(life)
    await missed(life, number)
    token, code = await linked(life, number)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    with pytest.raises(WrongCode):
        await answers(life, token, wrong, CONTENT)
    with pytest.raises(UnknownLink):
        await answers(life, token[:-1], code, CONTENT)
    life.now += timedelta(days=8)
    with pytest.raises(UnknownLink):
        await answers(life, token, code, CONTENT)


async def one_message(life: Life) -> int:
    await missed(life, await done(life))
    return (await messages(life))[0].id


def provider(*statuses: int) -> tuple[Messenger, list[httpx.Request]]:
    """A provider that answers so, one after the other, and what it was sent."""
    seen: list[httpx.Request] = []

    def answer_with(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        status = statuses[min(len(seen), len(statuses)) - 1]
        if status == 0:
            raise httpx.ConnectError("away", request=request)
        return httpx.Response(status, json={"id": f"m{len(seen)}"})

    http = httpx.AsyncClient(transport=httpx.MockTransport(answer_with))
    return HttpMessenger("https://sms.example.cn/send", "k", http), seen


async def test_a_message_is_tried_until_the_provider_has_it_and_then_never_again(
    life: Life,
) -> None:
    identity = await one_message(life)
    messenger, seen = provider(0, 503, 429, 200)
    sender = Sender(life.sessions, messenger)
    for _ in range(3):
        with pytest.raises(NotNow):
            await sender.send(identity)
    assert await sender.send(identity) is MessageState.SENT
    assert await sender.send(identity) is MessageState.SENT
    assert len(seen) == 4
    assert len({one.headers["Idempotency-Key"] for one in seen}) == 1
    (message,) = await messages(life)
    assert (message.receipt, message.attempts) == ("m4", 4)


async def test_a_refusal_is_final_and_so_is_the_last_attempt(life: Life) -> None:
    identity = await one_message(life)
    messenger, _ = provider(400)
    assert await Sender(life.sessions, messenger).send(identity) is MessageState.REFUSED
    await life.cheat("UPDATE text_message SET state = 'waiting', settled_at = NULL, attempts = 11")
    assert MOST_ATTEMPTS == 12
    messenger, _ = provider(500)
    assert await Sender(life.sessions, messenger).send(identity) is MessageState.GIVEN_UP


async def test_without_a_provider_messages_are_in_a_file_of_the_owner(
    life: Life, tmp_path: Path
) -> None:
    identity = await one_message(life)
    path = tmp_path / "messages" / "outbox.jsonl"
    assert await Sender(life.sessions, FileMessenger(path)).send(identity) is MessageState.SENT
    assert json.loads(path.read_text())["number"] == "13812345678"
    assert path.stat().st_mode & 0o777 == 0o600
