"""One call, one ticket: numbers without gaps, closing by outcome, late news, and finding again."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.settings import CHECKOUT
from tickets import service
from tickets.acts import Actor
from tickets.channels import Channel
from tickets.city import city_of
from tickets.life.drafts import Draft
from tickets.life.facts import Person
from tickets.life.intake import Submission, register
from tickets.models import Ticket, TicketDay, TicketEvent
from tickets.numbers import is_ticket_number, ticket_number
from tickets.outcomes import Outcome
from tickets.service import CallForTicket
from tickets.states import TicketState

pytestmark = pytest.mark.integration

Sessions = async_sessionmaker[AsyncSession]

MORNING = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
DAY = date(2026, 11, 24)


def a_call(uid: str = "1764000000.1", **fields: object) -> CallForTicket:
    call = CallForTicket(uid, MORNING, "12345", caller="13800000000", query_code="048213")
    return replace(call, **fields)  # type: ignore[arg-type]


def ended(call: CallForTicket, outcome: Outcome, **fields: object) -> CallForTicket:
    end = call.started_at + timedelta(seconds=95)
    return replace(call, outcome=outcome, ended_at=end, **fields)  # type: ignore[arg-type]


async def the_ticket(sessions: Sessions, uid: str = "1764000000.1") -> Ticket:
    async with sessions() as session:
        return (await session.scalars(select(Ticket).where(Ticket.call_uid == uid))).one()


async def story(sessions: Sessions, uid: str = "1764000000.1") -> list[tuple[str | None, str, str]]:
    ticket = await the_ticket(sessions, uid)
    async with sessions() as session:
        found = await service.get_story(session, ticket.number)
    assert found is not None
    return [(event.from_state, event.to_state, event.reason) for event in found.events]


async def opened(sessions: Sessions, *calls: CallForTicket) -> dict[str, str]:
    async with sessions.begin() as session:
        return await service.open_for_calls(session, calls)


async def closed(sessions: Sessions, *calls: CallForTicket) -> None:
    async with sessions.begin() as session:
        await service.close_for_calls(session, calls)


async def numbers(sessions: Sessions) -> list[str]:
    async with sessions() as session:
        return list(await session.scalars(select(Ticket.number).order_by(Ticket.number)))


async def test_an_arriving_call_gets_its_ticket_at_once(sessions: Sessions) -> None:
    given = await opened(sessions, a_call())
    ticket = await the_ticket(sessions)
    assert given == {"1764000000.1": ticket.number}
    assert ticket.number == ticket_number(DAY, 1)
    assert (ticket.state, ticket.new_at, ticket.outcome) == (TicketState.NEW, MORNING, None)
    assert ticket.query_code == "048213"
    assert await story(sessions) == [(None, "NEW", "call arrived on line 12345")]


async def test_a_call_told_twice_keeps_its_one_ticket_and_number(sessions: Sessions) -> None:
    first = await opened(sessions, a_call(), a_call())
    assert await opened(sessions, a_call(), a_call("1764000000.2")) == {
        "1764000000.2": ticket_number(DAY, 2)
    }
    assert await numbers(sessions) == [*first.values(), ticket_number(DAY, 2)]


async def test_numbers_follow_the_clock_of_the_arrivals(sessions: Sessions) -> None:
    later, earlier = a_call("b", started_at=MORNING + timedelta(seconds=1)), a_call("a")
    given = await opened(sessions, later, earlier)
    assert given["a"] < given["b"]


async def test_a_call_belongs_to_the_citys_day_it_began(sessions: Sessions) -> None:
    before_midnight = datetime(2026, 11, 24, 15, 59, 59, tzinfo=UTC)
    after_midnight = before_midnight + timedelta(seconds=1)
    given = await opened(
        sessions,
        a_call("late", started_at=before_midnight),
        a_call("next", started_at=after_midnight),
    )
    assert given["late"] == ticket_number(DAY, 1)
    assert given["next"] == ticket_number(date(2026, 11, 25), 1)


async def test_numbers_have_no_gap_when_many_open_the_same_and_other_calls_at_once(
    sessions: Sessions,
) -> None:
    async def one_ledger(turn: int) -> None:
        for batch in range(5):
            overlapping = range(batch * 20, batch * 20 + 30)
            mine = [a_call(f"{turn}.{batch}.{n}") for n in range(3)]
            await opened(sessions, *mine, *(a_call(f"shared.{n}") for n in overlapping))

    await asyncio.gather(*(one_ledger(turn) for turn in range(5)))
    calls = 5 * 5 * 3 + 110
    assert await numbers(sessions) == [ticket_number(DAY, n + 1) for n in range(calls)]
    async with sessions() as session:
        assert await session.scalar(select(TicketDay.last)) == calls


async def test_a_batch_rolled_back_leaves_no_gap(sessions: Sessions) -> None:
    await opened(sessions, a_call("1"))
    async with sessions() as session:
        await service.open_for_calls(session, [a_call("2")])
        await session.rollback()
    await opened(sessions, a_call("3"))
    assert await numbers(sessions) == [ticket_number(DAY, 1), ticket_number(DAY, 2)]


async def test_a_talk_leaves_the_ticket_open_with_all_that_the_call_brought(
    sessions: Sessions,
) -> None:
    await opened(sessions, a_call())
    talk = ended(
        a_call(), Outcome.ANSWERED, agent="8013", talk_seconds=62.5, rating=5, language="zh"
    )
    await closed(sessions, talk)
    ticket = await the_ticket(sessions)
    assert (ticket.state, ticket.outcome) == (TicketState.NEW, Outcome.ANSWERED)
    assert (ticket.first_agent, ticket.talk_seconds, ticket.rating) == ("8013", 62.5, 5)
    assert ticket.call_ended_at == talk.ended_at
    assert (await story(sessions))[1:] == [("NEW", "NEW", "call ended: answered")]


async def test_a_call_nobody_answered_closes_its_ticket_with_its_class(sessions: Sessions) -> None:
    await opened(sessions, a_call())
    await closed(sessions, ended(a_call(), Outcome.ABANDONED))
    ticket = await the_ticket(sessions)
    assert (ticket.state, ticket.outcome) == (TicketState.CLOSED, Outcome.ABANDONED)
    assert ticket.closed_at == MORNING + timedelta(seconds=95)
    assert (await story(sessions))[1:] == [("NEW", "CLOSED", "call ended: abandoned")]


async def test_a_call_handed_to_a_partner_line_is_transferred(sessions: Sessions) -> None:
    await closed(sessions, ended(a_call(), Outcome.DIVERTED))
    ticket = await the_ticket(sessions)
    assert ticket.state is TicketState.TRANSFERRED
    assert ticket.transferred_at == MORNING + timedelta(seconds=95)


@pytest.mark.parametrize("outcome", Outcome)
async def test_a_call_can_end_in_each_class(sessions: Sessions, outcome: Outcome) -> None:
    await closed(sessions, ended(a_call(), outcome))
    assert (await the_ticket(sessions)).outcome is outcome


async def test_a_call_that_ended_before_we_knew_of_it_gets_ticket_and_end_at_once(
    sessions: Sessions,
) -> None:
    await closed(sessions, ended(a_call(), Outcome.TIMED_OUT))
    assert [after for _, after, _ in await story(sessions)] == ["NEW", "CLOSED"]


async def test_an_end_told_twice_is_written_once(sessions: Sessions) -> None:
    for _ in range(2):
        await closed(sessions, ended(a_call(), Outcome.ABANDONED))
    assert len(await story(sessions)) == 2


async def test_late_news_reopens_the_ticket_and_the_story_says_so(sessions: Sessions) -> None:
    await closed(sessions, ended(a_call(), Outcome.ABANDONED))
    await closed(sessions, ended(a_call(), Outcome.CALLBACK_TAKEN))
    ticket = await the_ticket(sessions)
    assert (ticket.state, ticket.outcome) == (TicketState.NEW, Outcome.CALLBACK_TAKEN)
    assert ticket.closed_at is None
    assert (await story(sessions))[-1] == (
        "CLOSED",
        "NEW",
        "call judged again: callback_taken instead of abandoned",
    )


async def test_a_corrected_end_passes_through_legal_states_only(sessions: Sessions) -> None:
    await closed(sessions, ended(a_call(), Outcome.TECHNICAL_FAILURE))
    await closed(sessions, ended(a_call(), Outcome.HANDED_TO_EMERGENCY))
    steps = [(before, after) for before, after, _ in await story(sessions)]
    assert steps[-2:] == [("CLOSED", "NEW"), ("NEW", "TRANSFERRED")]


async def moved(sessions: Sessions, state: TicketState, at: datetime | None = None) -> None:
    """Move the ticket as a person does, who closes it at an instant of their own."""
    change = text("UPDATE ticket SET state = :state, closed_at = :at")
    async with sessions.begin() as session:
        await session.execute(change, {"state": state, "at": at})


@pytest.mark.parametrize("outcome", [Outcome.ANSWERED, Outcome.ABANDONED, Outcome.DIVERTED])
async def test_a_ticket_moved_while_the_citizen_talked_stays_and_learns_the_end(
    sessions: Sessions, outcome: Outcome
) -> None:
    await opened(sessions, a_call())
    await moved(sessions, TicketState.DISPATCHED)
    await closed(sessions, ended(a_call(), outcome, agent="8013"))
    ticket = await the_ticket(sessions)
    assert (ticket.state, ticket.closed_at) == (TicketState.DISPATCHED, None)
    assert (ticket.outcome, ticket.first_agent) == (outcome, "8013")
    assert (await story(sessions))[-1] == ("DISPATCHED", "DISPATCHED", f"call ended: {outcome}")


async def test_late_news_moves_no_ticket_that_people_have_taken_up(sessions: Sessions) -> None:
    talk = ended(a_call(), Outcome.ANSWERED)
    await closed(sessions, talk)
    await moved(sessions, TicketState.SIGNED)
    await closed(sessions, replace(talk, rating=4))
    await closed(sessions, replace(talk, outcome=Outcome.ABANDONED))
    ticket = await the_ticket(sessions)
    assert (ticket.state, ticket.outcome, ticket.rating) == (
        TicketState.SIGNED,
        Outcome.ABANDONED,
        4,
    )


@pytest.mark.parametrize("first", [Outcome.ANSWERED, Outcome.ABANDONED])
async def test_late_news_opens_no_ticket_that_a_person_has_archived(
    sessions: Sessions, first: Outcome
) -> None:
    await closed(sessions, ended(a_call(), first))
    archived_at = MORNING + timedelta(days=3)
    await moved(sessions, TicketState.CLOSED, archived_at)
    await closed(sessions, ended(a_call(), Outcome.CALLBACK_TAKEN))
    ticket = await the_ticket(sessions)
    assert (ticket.state, ticket.closed_at) == (TicketState.CLOSED, archived_at)


async def test_a_rating_read_after_the_end_is_added_and_takes_nothing_away(
    sessions: Sessions,
) -> None:
    await closed(sessions, ended(a_call(), Outcome.ANSWERED, agent="8013", talk_seconds=10.0))
    await closed(sessions, ended(a_call(), Outcome.ANSWERED, rating=4))
    ticket = await the_ticket(sessions)
    assert (ticket.first_agent, ticket.talk_seconds, ticket.rating) == ("8013", 10.0, 4)


async def test_the_code_the_citizen_heard_wins_over_one_drawn_for_want_of_it(
    sessions: Sessions,
) -> None:
    await opened(sessions, a_call(query_code=None))
    await closed(sessions, ended(a_call(query_code="777777"), Outcome.IVR_SERVED))
    assert (await the_ticket(sessions)).query_code == "777777"


@pytest.mark.parametrize(
    "hostile",
    [
        "'; DROP TABLE ticket; --",
        "a\nb",
        '"\x00"',
        "张" * 300,
        b"\xc4\xe3".decode("utf8", "surrogateescape"),
    ],
)
async def test_no_text_from_outside_costs_a_ticket(sessions: Sessions, hostile: str) -> None:
    call = a_call(caller=hostile, line=hostile, language=hostile, query_code=hostile)
    await closed(
        sessions, ended(call, Outcome.ANSWERED, agent=hostile, rating=9, talk_seconds=-1.0)
    )
    ticket = await the_ticket(sessions)
    assert is_ticket_number(ticket.number)
    assert (ticket.caller, ticket.rating, ticket.talk_seconds) == (None, None, 0.0)


async def test_a_call_still_running_cannot_close_its_ticket(sessions: Sessions) -> None:
    with pytest.raises(ValueError, match="no outcome"):
        await closed(sessions, a_call())


async def test_caller_and_code_together_find_the_ticket(sessions: Sessions) -> None:
    await closed(sessions, ended(a_call(), Outcome.ABANDONED))
    async with sessions() as session:
        progress = await service.find_by_code(session, "+86 138 0000 0000", "048213")
    assert progress is not None
    assert progress.number_tail == ticket_number(DAY, 1)[-4:]
    assert (progress.state, progress.opened_on, progress.closed_on) == (
        TicketState.CLOSED,
        DAY,
        DAY,
    )


@pytest.mark.parametrize(
    ("caller", "code"),
    [
        ("13900000000", "048213"),
        ("13800000000", "048214"),
        ("anonymous", "048213"),
        ("", "048213"),
        ("13800000000", "048213' OR '1'='1"),
    ],
)
async def test_a_code_opens_nothing_from_another_phone(
    sessions: Sessions, caller: str, code: str
) -> None:
    await opened(sessions, a_call(), a_call("hidden", caller="anonymous"))
    async with sessions() as session:
        assert await service.find_by_code(session, caller, code) is None


async def test_of_two_tickets_with_one_code_the_newer_is_found(sessions: Sessions) -> None:
    await opened(sessions, a_call("1"), a_call("2", started_at=MORNING + timedelta(days=1)))
    async with sessions() as session:
        progress = await service.find_by_code(session, "13800000000", "048213")
    assert progress is not None
    assert progress.opened_on == date(2026, 11, 25)


async def test_from_the_same_phone_the_newest_ended_call_is_meant(sessions: Sessions) -> None:
    earlier = a_call("1", started_at=MORNING - timedelta(days=1))
    await closed(sessions, ended(earlier, Outcome.ANSWERED))
    await opened(sessions, a_call("2"))
    async with sessions() as session:
        progress = await service.find_newest(session, "+8613800000000")
        assert await service.find_newest(session, "anonymous") is None
    assert progress is not None
    assert progress.opened_on == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("code", "tail", "found"),
    [
        ("048213", "0000", True),
        ("048213", "0001", False),
        ("048214", "0000", False),
        ("048213", "%", False),
        ("048213", "", False),
    ],
)
async def test_from_another_phone_the_code_needs_the_end_of_the_number(
    sessions: Sessions, code: str, tail: str, found: bool
) -> None:
    await opened(sessions, a_call())
    async with sessions() as session:
        assert bool(await service.find_by_tail(session, code, tail)) is found


async def test_a_code_of_nobody_is_not_known(sessions: Sessions) -> None:
    await opened(sessions, a_call())
    async with sessions() as session:
        assert await service.is_known_code(session, "048213")
        assert not await service.is_known_code(session, "048214")
        assert not await service.is_known_code(session, "' OR 1=1")


async def test_tickets_are_listed_newest_first_and_paged_without_gap_or_repeat(
    sessions: Sessions,
) -> None:
    await opened(sessions, *(a_call(str(n)) for n in range(7)))
    seen: list[str] = []
    before = None
    async with sessions() as session:
        while page := await service.list_newest(session, 3, before):
            seen += [ticket.number for ticket in page]
            before = (page[-1].new_at, page[-1].id)
    assert seen == sorted(await numbers(sessions), reverse=True)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("UPDATE ticket SET state = 'CLOSED', closed_at = now()", "ck_ticket_outcome_when_closed"),
        ("UPDATE ticket SET state = 'CLOSED', outcome = 'closed'", "ck_ticket_time_when_closed"),
        ("UPDATE ticket SET state = 'GONE', outcome = 'closed'", "ck_ticket_state"),
        ("UPDATE ticket SET outcome = 'lost'", "ck_ticket_outcome"),
        ("UPDATE ticket SET query_code = '1'", "ck_ticket_query_code_is_six_digits"),
        (
            "INSERT INTO ticket (number, call_uid, query_code, line, state, new_at) "
            "VALUES ('LC0', '1764000000.1', '000000', '', 'NEW', now())",
            "uq_ticket_call_uid",
        ),
    ],
)
async def test_the_database_itself_refuses_what_must_not_be(
    sessions: Sessions, change: str, constraint: str
) -> None:
    await opened(sessions, a_call())
    with pytest.raises(IntegrityError, match=constraint):
        async with sessions.begin() as session:
            await session.execute(text(change))


@pytest.mark.parametrize(
    "change", ["UPDATE ticket_event SET reason = ''", "DELETE FROM ticket_event"]
)
async def test_the_story_of_a_ticket_cannot_be_rewritten(sessions: Sessions, change: str) -> None:
    await opened(sessions, a_call())
    with pytest.raises(DBAPIError, match="append-only"):
        async with sessions.begin() as session:
            await session.execute(text(change))
    async with sessions() as session:
        assert len((await session.scalars(select(TicketEvent))).all()) == 1


POLICE_CALL = {"line": "police", "caller": "13812345678", "started_at": MORNING}


async def pushed(sessions: Sessions, key: str, phone: str | None = "13812345678") -> str:
    """A case of the police that comes in a minute after MORNING; returns its ticket's number."""
    case = Submission(
        Channel.POLICE, key, Draft(title="噪音", details="邻里噪音"), phone, at=MORNING + MINUTE
    )
    async with sessions.begin() as session:
        ticket, _ = await register(session, city_of(CONFIG), case, Person("110", Actor.CHANNEL))
        return ticket.number


MINUTE = timedelta(minutes=1)
CONFIG = CHECKOUT / "config"


async def test_a_voice_gets_the_ticket_of_the_case_that_came_ahead(sessions: Sessions) -> None:
    number = await pushed(sessions, "J1")
    call = a_call("v", **(POLICE_CALL | {"started_at": MORNING + 2 * MINUTE}), case="")
    assert await opened(sessions, call) == {}
    await closed(sessions, ended(call, Outcome.ABANDONED))
    ticket = await the_ticket(sessions, "v")
    assert (ticket.number, ticket.state, ticket.external_id) == (number, TicketState.NEW, "J1")
    assert ticket.outcome is Outcome.ABANDONED


async def test_a_case_is_written_into_the_ticket_of_the_voice_that_came_ahead(
    sessions: Sessions,
) -> None:
    given = await opened(sessions, a_call("v", **POLICE_CALL, case=""))
    assert await pushed(sessions, "J1") == given["v"]
    # Told once more, and another case of the same caller.
    assert await pushed(sessions, "J1") == given["v"]
    assert await pushed(sessions, "J2") != given["v"]


async def test_a_case_number_from_the_switch_decides_before_the_callers_number(
    sessions: Sessions,
) -> None:
    other = await pushed(sessions, "J1")
    right = await pushed(sessions, "聊J-2", phone=None)
    voice = a_call("v", **POLICE_CALL, case="J-3")
    late = a_call("w", **(POLICE_CALL | {"caller": None}), case="J-3")
    given = await opened(sessions, voice, late)
    assert set(given) == {"v", "w"}
    assert not {other, right} & set(given.values())
    assert await pushed(sessions, "J-3", phone=None) == given["v"]


async def test_citizens_own_calls_have_nothing_to_do_with_cases(sessions: Sessions) -> None:
    number = await pushed(sessions, "J1")
    given = await opened(sessions, a_call("own", caller="13812345678"))
    assert given["own"] != number


async def test_a_second_call_does_not_disturb_a_case_that_is_told_again(
    sessions: Sessions,
) -> None:
    number = await pushed(sessions, "J1")
    await opened(sessions, a_call("v", **POLICE_CALL, case=""))
    second = await opened(sessions, a_call("w", **POLICE_CALL, case=""))
    assert await pushed(sessions, "J1") == number
    assert second["w"] != number
