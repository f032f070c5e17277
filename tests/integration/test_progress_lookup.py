"""The phone's progress query on real tickets: what opens one, and what never does."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ivr.progress import LOOKUP_SECONDS, LookupFailed, Progress, Withheld, within_limit
from ivr.ticket_lookup import DatabaseTickets
from tests.integration.conftest import Cluster
from tickets import service
from tickets.numbers import ticket_number
from tickets.outcomes import Outcome
from tickets.service import CallForTicket

pytestmark = pytest.mark.integration

Sessions = async_sessionmaker[AsyncSession]
DAY = date(2026, 11, 24)
CITIZEN = "13800000000"


def a_call(number: int, outcome: Outcome | None, caller: str = CITIZEN) -> CallForTicket:
    """The n-th call of the day, with the query code 00000n."""
    return CallForTicket(
        uid=f"1764000000.{number}",
        started_at=datetime(2026, 11, 24, 1, number, tzinfo=UTC),
        line="12345",
        caller=caller,
        query_code=f"{number:06}",
        outcome=outcome,
    )


def said(number: int, status: str) -> Progress:
    return Progress(DAY, ticket_number(DAY, number)[-4:], f"progress-state-{status}")


@pytest.fixture
async def tickets(sessions: Sessions) -> DatabaseTickets:
    """Three calls of one citizen, the last still going on, and one of a withheld number."""
    async with sessions.begin() as session:
        ended = [
            a_call(1, Outcome.ANSWERED),
            a_call(2, Outcome.ABANDONED),
            a_call(3, Outcome.DIVERTED, "anonymous"),
        ]
        await service.open_for_calls(session, [*ended, a_call(4, None)])
        await service.close_for_calls(session, ended)
    return DatabaseTickets(lambda: sessions)


async def test_phone_and_code_open_a_ticket(tickets: DatabaseTickets) -> None:
    assert await tickets.by_code(CITIZEN, "000001") == said(1, "new")


async def test_the_phone_alone_opens_the_newest_but_not_that_of_the_call_itself(
    tickets: DatabaseTickets,
) -> None:
    assert await tickets.newest(CITIZEN) == said(2, "closed")
    assert await tickets.newest("13900000000") is None
    assert await tickets.newest("anonymous") is None


async def test_from_another_phone_the_last_four_digits_are_wanted(tickets: DatabaseTickets) -> None:
    assert await tickets.by_code("13900000000", "000001") is Withheld.OTHER_PHONE
    assert await tickets.by_code("", "000001") is Withheld.OTHER_PHONE
    assert await tickets.by_tail("000001", "0000") == said(1, "new")


@pytest.mark.parametrize("tail", ["1234", "", "%", "____", "000", "0000' OR 1=1"])
async def test_wrong_digits_open_nothing(tickets: DatabaseTickets, tail: str) -> None:
    assert await tickets.by_tail("000001", tail) is None


async def test_a_withheld_number_has_no_last_digits(tickets: DatabaseTickets) -> None:
    assert await tickets.by_code(CITIZEN, "000003") is Withheld.OTHER_PHONE
    assert await tickets.by_tail("000003", "0000") is None


@pytest.mark.parametrize("code", ["999999", "", "1", "000001' OR '1'='1", "%"])
async def test_an_unknown_code_is_nobodys(tickets: DatabaseTickets, code: str) -> None:
    assert await tickets.by_code(CITIZEN, code) is None
    assert await tickets.by_tail(code, "0000") is None


async def test_a_frozen_database_keeps_nobody_waiting(
    tickets: DatabaseTickets, sessions: Sessions, cluster: Cluster
) -> None:
    async with sessions() as session:
        serving = (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one()
    began = time.monotonic()
    with cluster.frozen(serving):
        with pytest.raises(LookupFailed):
            await within_limit(tickets.newest(CITIZEN))
        silence = time.monotonic() - began
    assert silence < LOOKUP_SECONDS + 1
    # The question that was called off gives its connection back, and the next is answered.
    assert await asyncio.wait_for(tickets.newest(CITIZEN), 20) == said(2, "closed")
    if others := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(others, timeout=20)


async def test_no_pool_is_opened_before_the_first_question(sessions: Sessions) -> None:
    opened: list[bool] = []

    def open_sessions() -> Sessions:
        opened.append(True)
        return sessions

    open_once: Callable[[], Sessions] = open_sessions
    tickets = DatabaseTickets(open_once)
    assert opened == []
    await tickets.newest(CITIZEN)
    await tickets.newest(CITIZEN)
    assert opened == [True]
