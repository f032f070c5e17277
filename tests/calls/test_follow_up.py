"""Citizens are asked whether it is solved: by a machine, and by people who never see the number."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from core.clock import utc_now
from core.database import make_engine, make_sessions
from phones.callee import Behaviour
from phones.calls import AgentCall
from phones.states import CallState
from queues.dialling import dialling_hand
from queues.outbound import placing
from queues.outbound.placing import Office
from recordings.wav import read_wav
from tests.calls.city import AGENT, CITIZEN, City
from tests.calls.ears import Ears, listening
from tests.integration.follow_ups import claim, done
from tests.integration.ticket_life import CALLER_BACK, UNIT, Life
from tickets.city import load_city
from tickets.states import TicketState

pytestmark = pytest.mark.call

BY_MACHINE, BY_PEOPLE = "QZ", "TS"


@asynccontextmanager
async def life_of(city: City) -> AsyncIterator[Life]:
    """The tickets of a city, moved as people do."""
    engine = make_engine(city.settings.database, pool_size=2)
    try:
        yield Life(
            make_sessions(engine),
            utc_now(),
            load_city(city.settings.config_dir),
            made=int(utc_now().timestamp() * 1000),
        )
    finally:
        await engine.dispose()


async def answered_ticket(city: City, phone: str, kind: str = BY_MACHINE) -> str:
    """The number of a ticket whose citizen waits to be asked at this phone."""
    async with life_of(city) as life:
        return await done(life, type=kind, phone=phone)


async def stands(city: City, number: str, *states: str) -> dict[str, Any]:
    """The follow-up of a ticket, as soon as it stands in one of these states."""
    found: list[dict[str, Any]] = []

    def there() -> bool:
        found[:] = city.query(
            "SELECT f.*, t.state AS ticket FROM follow_up f JOIN ticket t ON t.id = f.ticket_id"
            " WHERE t.number = %s ORDER BY f.id",
            number,
        )
        return bool(found) and found[-1]["state"] in states

    try:
        await city.until(there, f"follow-up in {states}", 30)
    except AssertionError as error:
        error.add_note(str(found))
        error.add_note(str(calls_about(city, number)))
        raise
    return found[-1]


def calls_about(city: City, number: str) -> list[dict[str, Any]]:
    return city.query(
        "SELECT o.* FROM outbound_call o JOIN ticket t ON t.id = o.ticket_id"
        " WHERE t.number = %s ORDER BY o.placed_at",
        number,
    )


def attempts(city: City, number: str) -> list[dict[str, Any]]:
    return city.query(
        "SELECT a.* FROM follow_up_attempt a JOIN follow_up f ON f.id = a.follow_up_id"
        " JOIN ticket t ON t.id = f.ticket_id WHERE t.number = %s ORDER BY a.id",
        number,
    )


async def tried(city: City, number: str) -> None:
    await city.until(lambda: attempts(city, number), "an attempt", 30)


async def answers(call: AgentCall, ears: Ears, keys: Sequence[str]) -> None:
    """Press one key for each question, as soon as it begins."""
    questions = ("greeting", "solved", "handling", "service")
    for question, key in zip(questions, keys, strict=False):
        await ears.until(f"follow-up-{question}")
        await call.until("words", lambda: call.heard_level(0.3) > 200, 10)
        await call.press(key)


async def test_a_machine_asks_and_the_ticket_is_archived(city: City) -> None:
    phone = city.fresh_number()
    async with city.homes(phone) as home, listening(city) as ears:
        number = await answered_ticket(city, phone)
        call = await home.next_call(20)
        await answers(call, ears, "1121")
        await call.hung_up(20)
        row = await stands(city, number, "closed")
    assert (row["solved"], row["handling"], row["service"]) == ("yes", 2, 1)
    assert (row["ticket"], row["answered_by"]) == ("CLOSED", "automatic")
    await has_audio(city, calls_about(city, number)[0]["uid"])


async def test_what_a_citizen_calls_unsolved_is_handled_again(city: City) -> None:
    phone = city.fresh_number()
    async with city.homes(phone) as home, listening(city) as ears:
        number = await answered_ticket(city, phone)
        call = await home.next_call(20)
        await answers(call, ears, "1351")
        await ears.until("follow-up-reason")
        await call.press("#")
        await call.hung_up(20)
        row = await stands(city, number, "redo")
    assert (row["ticket"], row["solved"], row["handling"]) == ("REDO", "no", 5)


async def test_whoever_hangs_up_half_way_has_said_what_they_said_and_a_person_calls(
    city: City,
) -> None:
    phone = city.fresh_number()
    async with city.homes(phone) as home, listening(city) as ears:
        number = await answered_ticket(city, phone)
        call = await home.next_call(20)
        await answers(call, ears, "13")
        await ears.until("follow-up-handling")
        await call.hang_up()
        row = await stands(city, number, "referred")
    assert (row["why"], row["solved"], row["handling"]) == ("partly-answered", "no", None)


async def test_somebody_else_at_the_phone_hears_nothing_of_the_matter(city: City) -> None:
    phone = city.fresh_number()
    async with city.homes(phone) as home, listening(city) as ears:
        number = await answered_ticket(city, phone)
        call = await home.next_call(20)
        await answers(call, ears, "2")
        await call.hung_up(20)
        assert "follow-up-solved" not in ears.heard
        row = await stands(city, number, "waiting")
    assert row["why"] == "not-by-machine"
    assert [one["ending"] for one in attempts(city, number)] == ["wrong-number"]


async def test_a_busy_phone_is_tried_again_in_another_half_day_and_gets_a_message(
    city: City,
) -> None:
    phone = city.fresh_number()
    async with city.homes(phone, behaviour=Behaviour.BUSY) as home:
        number = await answered_ticket(city, phone)
        await home.next_call(20)
        await tried(city, number)
        row = await stands(city, number, "waiting")
        assert (row["attempts"], len(home.calls)) == (1, 1)
        assert row["not_before"] > utc_now()
    assert [one["ending"] for one in attempts(city, number)] == ["busy"]
    outbox = city.settings.messages_file
    await city.until(lambda: outbox.exists() and phone in outbox.read_text(), "a message")


async def test_without_our_menu_the_citizen_is_told_and_a_person_calls(city: City) -> None:
    phone = city.fresh_number()
    async with city.homes(phone) as home, listening(city) as ears:
        with city.stopped("agi"):
            number = await answered_ticket(city, phone)
            call = await home.next_call(20)
            await ears.until("follow-up-sorry")
            await call.hung_up(20)
        await tried(city, number)
        row = await stands(city, number, "waiting")
    assert (row["attempts"], row["why"]) == (0, "not-by-machine")


async def test_no_machine_calls_while_a_citizen_waits(city: City) -> None:
    phone = city.fresh_number()
    async with city.agent("8013"), city.homes(phone) as home, city.citizen() as caller:
        city.console("queue pause member PJSIP/8013")
        await caller.dial()
        await city.waiting("GEN", 1)
        number = await answered_ticket(city, phone)
        with pytest.raises(Exception, match="call"):
            await home.next_call(4)
        await caller.hangup()
        call = await home.next_call(20)
        await call.hang_up()
        await stands(city, number, "waiting")


async def test_a_person_asks_without_seeing_the_number(city: City) -> None:
    phone = city.fresh_number()
    async with city.homes(phone) as home, city.agent("8013") as agent:
        city.console("pjsip set history on")
        number = await answered_ticket(city, phone, BY_PEOPLE)
        await dial(city, number)
        ring = await agent.next_call(20)
        call = await home.next_call(20)
        await city.until(lambda: talk_between(ring, call), "a talk", 30)
        assert phone not in told_to_seats(city), "the agent's phone was told the number"
        await call.hang_up()
        await ring.hung_up(20)
        await city.until(lambda: settled(city, number), "a settled call", 30)
        made = calls_about(city, number)[0]
    assert (made["ending"], made["first_phone"], made["purpose"]) == (
        "reached",
        "8013",
        "follow-up",
    )
    await has_audio(city, made["uid"])


async def test_a_unit_speaks_with_its_citizen_and_neither_sees_a_number(city: City) -> None:
    citizen, office = city.fresh_number(), city.fresh_number()
    async with life_of(city) as life:
        number = await life.ticket(type=BY_PEOPLE, phone=citizen)
        await life.to(number, TicketState.SIGNED)
    async with city.homes(citizen, office) as phones:
        await relay(city, number, office)
        first = await phones.next_call(20)
        second = await phones.next_call(20)
        assert (first.called_number, second.called_number) == (office, citizen)
        await city.until(lambda: second.hears({CITIZEN}, 0.4), "a talk", 30)
        assert office not in second.caller
        assert citizen not in first.caller
        await second.hang_up()
        await city.until(lambda: settled(city, number), "a settled call", 30)
    clock = city.query(
        "SELECT c.stopped_at FROM ticket_clock c JOIN ticket t ON t.id = c.ticket_id"
        " WHERE t.number = %s AND c.kind = 'first-contact'",
        number,
    )
    assert clock[0]["stopped_at"] is not None, "the first contact is not on record"


async def dial(city: City, number: str) -> None:
    """Claim a follow-up and ring seat 8013 for it."""
    async with life_of(city) as life, dialling_hand(city.settings) as ami:
        await claim(life, number)
        office = Office.of(city.settings, life.city)
        await placing.ring(
            life.sessions,
            ami,
            office,
            lambda session: placing.follow_up_by_person(
                session, office, number, CALLER_BACK, "8013"
            ),
        )


async def relay(city: City, number: str, phone: str) -> None:
    async with life_of(city) as life, dialling_hand(city.settings) as ami:
        office = Office.of(city.settings, life.city)
        await placing.ring(
            life.sessions,
            ami,
            office,
            lambda session: placing.relay(session, office, number, UNIT, phone),
        )


def talk_between(ring: AgentCall, call: AgentCall) -> bool:
    talking = {ring.state, call.state} == {CallState.TALKING}
    return (
        talking and ring.hears({CITIZEN}, 0.4) == {CITIZEN} and call.hears({AGENT}, 0.4) == {AGENT}
    )


def told_to_seats(city: City) -> str:
    """All SIP that went between the switch and phones that are no citizens'."""
    city.console("pjsip set history off")
    listed = city.console("pjsip show history").splitlines()
    entries = [line.split()[0] for line in listed if "127.0.0.1" in line]
    told = [city.console(f"pjsip show history entry {int(entry)}") for entry in entries]
    assert any("INVITE" in one for one in told), "nothing was noted"
    return "".join(told)


def settled(city: City, number: str) -> bool:
    return any(one["settled_at"] for one in calls_about(city, number))


async def has_audio(city: City, uid: str) -> None:
    """Until the archive has the audio of a call of ours."""
    rows: list[dict[str, Any]] = []

    def there() -> bool:
        rows[:] = city.query("SELECT * FROM recording WHERE call_uid = %s", uid)
        return bool(rows)

    await city.until(there, "a recording", 40)
    assert rows[0]["state"] == "finished"
    wav = read_wav(city.settings.recordings_dir / rows[0]["path"])
    assert wav.seconds > 0
