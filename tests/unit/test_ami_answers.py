"""What comes back from the switch reaches the one who asked, whole, once, or not at all in time."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from telephony.ami import Ami, AmiRefused, AmiUnanswered
from tests.unit.fake_ami import (
    FakeSwitch,
    Headers,
    Session,
    answers,
    fake_switch,
    hang_up,
    make_ami,
    silence,
    until,
)

pytestmark = pytest.mark.unit


@pytest.fixture
async def switch() -> AsyncIterator[FakeSwitch]:
    async with fake_switch() as switch:
        yield switch


@pytest.fixture
async def ami(switch: FakeSwitch) -> AsyncIterator[Ami]:
    async with make_ami(switch) as ami:
        yield ami


def in_pieces(text: str, size: int) -> list[bytes]:
    data = text.encode()
    return [data[i : i + size] for i in range(0, len(data), size)]


@pytest.mark.parametrize("size", [1, 2, 5, 7])
async def test_a_chinese_character_cut_by_the_network_stays_whole(
    switch: FakeSwitch, ami: Ami, size: int
) -> None:
    async def slow(session: Session, headers: Headers) -> None:
        text = (
            f"Response: Success\r\nActionID: {headers['ActionID']}\r\nMessage: 聊城市民热线\r\n\r\n"
        )
        for piece in in_pieces(text, size):
            await session.send_raw(piece)
            await asyncio.sleep(0)

    switch.on["Getvar"] = slow
    assert (await ami.action("Getvar", Variable="CITY")).message == "聊城市民热线"


async def test_bytes_that_are_not_utf8_cost_a_character_not_the_message(
    switch: FakeSwitch, ami: Ami
) -> None:
    async def gbk(session: Session, headers: Headers) -> None:
        name = "张三".encode("gbk")
        head = f"Response: Success\r\nActionID: {headers['ActionID']}\r\nName: ".encode()
        await session.send_raw(head + name + b"\r\nExten: 12345\r\n\r\n")

    switch.on["Getvar"] = gbk
    response = await ami.action("Getvar")
    assert response["Exten"] == "12345"
    assert "�" in response["Name"]


async def test_adding_a_queue_member_is_answered_at_once(switch: FakeSwitch, ami: Ami) -> None:
    switch.on["QueueAdd"] = answers("Response: Success", "Message: Added interface to queue")
    response = await ami.action("QueueAdd", Queue="GEN", Interface="PJSIP/8013")
    assert response.success


async def test_a_sentence_that_says_queued_is_an_answer_like_any_other(
    switch: FakeSwitch, ami: Ami
) -> None:
    switch.on["Atxfer"] = answers("Response: Success", "Message: Atxfer successfully queued")
    assert (await ami.action("Atxfer", Channel="PJSIP/8013-1")).success
    assert (await ami.action("Ping")).success
    assert switch.logins() == 1


async def test_originate_returns_when_queued_and_its_outcome_is_an_event(
    switch: FakeSwitch, ami: Ami
) -> None:
    async def originate(session: Session, headers: Headers) -> None:
        assert headers["Async"] == "true"
        await session.answer(headers, "Response: Success", "Message: Originate successfully queued")
        await session.answer(headers, "Event: OriginateResponse", "Response: Failure", "Reason: 3")

    switch.on["Originate"] = originate
    with ami.events("OriginateResponse") as outcomes:
        await ami.action("Originate", Channel="PJSIP/8013", Application="Wait")
        assert (await anext(outcomes)).number("Reason") == 3


async def test_a_list_comes_whole_and_without_its_closing_event(
    switch: FakeSwitch, ami: Ami
) -> None:
    async def status(session: Session, headers: Headers) -> None:
        await session.answer(headers, "Response: Success", "EventList: start")
        await session.answer(headers, "Event: QueueMember", "Queue: GEN")
        await session.send("Event: QueueCallerJoin", "Queue: GEN")  # somebody else's news
        await session.answer(headers, "Event: QueueEntry", "Queue: GEN")
        await session.answer(headers, "Event: QueueStatusComplete", "EventList: Complete")

    switch.on["QueueStatus"] = status
    with ami.events("*") as news:
        items = await ami.list_action("QueueStatus")
        assert [item.name for item in items] == ["QueueMember", "QueueEntry"]
        assert (await anext(news)).name == "QueueCallerJoin"


async def test_an_empty_list_is_empty(switch: FakeSwitch, ami: Ami) -> None:
    async def nobody(session: Session, headers: Headers) -> None:
        await session.answer(headers, "Response: Success", "EventList: start")
        await session.answer(headers, "Event: CoreShowChannelsComplete", "EventList: Complete")

    switch.on["CoreShowChannels"] = nobody
    assert await ami.list_action("CoreShowChannels") == []


async def test_a_list_that_is_refused_raises_at_once(switch: FakeSwitch, ami: Ami) -> None:
    switch.on["QueueStatus"] = answers("Response: Error", "Message: Permission denied")
    with pytest.raises(AmiRefused, match="Permission denied"):
        await ami.list_action("QueueStatus", timeout=60)


async def test_an_answer_that_is_no_list_is_not_waited_on(switch: FakeSwitch, ami: Ami) -> None:
    with pytest.raises(AmiRefused, match="instead of a list"):
        await ami.list_action("Ping", timeout=60)


async def test_a_list_that_breaks_off_raises_and_is_never_half(
    switch: FakeSwitch, ami: Ami
) -> None:
    async def break_off(session: Session, headers: Headers) -> None:
        await session.answer(headers, "Response: Success", "EventList: start")
        await session.answer(headers, "Event: QueueMember", "Queue: GEN")
        session.hang_up()

    switch.on["QueueStatus"] = break_off
    with pytest.raises(AmiUnanswered):
        await ami.list_action("QueueStatus", timeout=60)


async def test_silence_ends_in_an_error_and_leaves_nothing_behind(
    switch: FakeSwitch, ami: Ami
) -> None:
    switch.on["Getvar"] = silence
    with pytest.raises(AmiUnanswered, match="may have been done"):
        await ami.action("Getvar", timeout=0.02)
    connection = ami._link.connection
    assert connection is not None
    assert connection.protocol.responses == {}


async def test_a_late_answer_is_not_taken_for_the_next(switch: FakeSwitch, ami: Ami) -> None:
    late: list[Headers] = []

    async def too_late(session: Session, headers: Headers) -> None:
        late.append(headers)

    async def both(session: Session, headers: Headers) -> None:
        await session.answer(late[0], "Response: Success", "Value: late")
        await session.answer(headers, "Response: Success", "Value: mine")

    switch.on |= {"Getvar": too_late, "DBGet": both}
    with pytest.raises(AmiUnanswered):
        await ami.action("Getvar", timeout=0.02)
    assert (await ami.action("DBGet"))["Value"] == "mine"


async def test_the_late_items_of_a_list_are_not_taken_for_news(
    switch: FakeSwitch, ami: Ami
) -> None:
    asked: list[Headers] = []

    async def late(session: Session, headers: Headers) -> None:
        asked.append(headers)

    switch.on["QueueStatus"] = late
    with ami.events("*") as news:
        with pytest.raises(AmiUnanswered):
            await ami.list_action("QueueStatus", timeout=0.02)
        session = switch.sessions[0]
        await session.answer(asked[0], "Response: Success", "EventList: start")
        await session.answer(asked[0], "Event: QueueMember", "Queue: GEN")
        await session.answer(asked[0], "Event: QueueStatusComplete", "EventList: Complete")
        await session.send("Event: QueueMemberAdded", "Queue: GEN")
        assert (await anext(news)).name == "QueueMemberAdded"
    connection = ami._link.connection
    assert connection is not None
    assert connection.protocol.responses == {}


async def test_an_event_that_carries_its_senders_number_is_news_to_all(
    switch: FakeSwitch, ami: Ami
) -> None:
    async def user_event(session: Session, headers: Headers) -> None:
        await session.answer(headers, "Response: Success", "Message: Event Sent")
        await session.answer(headers, "Event: UserEvent", "Note: mine")
        await session.answer({"ActionID": "another/1"}, "Event: UserEvent", "Note: another's")

    switch.on["UserEvent"] = user_event
    with ami.events("UserEvent") as news:
        await ami.action("UserEvent", UserEvent="Note")
        assert [(await anext(news))["Note"] for _ in range(2)] == ["mine", "another's"]


async def test_an_action_whose_connection_broke_is_never_done_twice(
    switch: FakeSwitch, ami: Ami
) -> None:
    switch.on["Redirect"] = hang_up
    with pytest.raises(AmiUnanswered, match="it may be done"):
        await ami.action("Redirect", Channel="PJSIP/8013-1", Exten="110", timeout=60)
    await until(lambda: switch.logins() == 2)
    await switch.sessions[-1].send("Event: FullyBooted", "Status: Fully Booted")
    await until(lambda: ami.connected)
    await ami.action("Ping")
    assert switch.names() == ["Redirect"]


async def test_answers_find_their_askers_in_any_order(switch: FakeSwitch, ami: Ami) -> None:
    asked: list[Headers] = []

    async def backwards(session: Session, headers: Headers) -> None:
        asked.append(headers)
        for earlier in reversed(asked if len(asked) == 20 else []):
            await session.answer(earlier, "Response: Success", f"Value: {earlier['Variable']}")

    switch.on["Getvar"] = backwards
    found = await asyncio.gather(*(ami.action("Getvar", Variable=str(i)) for i in range(20)))
    assert [response.number("Value") for response in found] == list(range(20))


async def test_a_refusal_raises_unless_the_caller_wants_to_see_it(ami: Ami) -> None:
    with pytest.raises(AmiRefused, match="Invalid/unknown command") as caught:
        await ami.action("Nonsense")
    assert caught.value.action == "Nonsense"
    assert not (await ami.action("Nonsense", check=False)).success


async def test_empty_values_and_colons_without_a_space_are_kept(
    switch: FakeSwitch, ami: Ami
) -> None:
    with ami.events("Hangup") as hangups:
        await switch.sessions[0].send_raw(
            b"Event: Hangup\r\nUniqueid:1.1\r\nCause-txt: a: b\r\nAccountCode: \r\nContext:\r\n\r\n"
        )
        event = await anext(hangups)
    assert event["uniqueid"] == "1.1"
    assert event["Cause-txt"] == "a: b"
    assert event.all("AccountCode") == [""]
    assert event.all("Context") == [""]
    assert event.all("Absent") == []


@pytest.mark.parametrize("lines", [[], ["a"], ["a", "", "   b"], [f"line {i}" for i in range(300)]])
async def test_a_command_gives_its_lines_none_one_or_many(
    switch: FakeSwitch, ami: Ami, lines: list[str]
) -> None:
    output = [f"Output: {line}" for line in lines]
    switch.on["Command"] = answers("Response: Success", "Message: Command output follows", *output)
    response = await ami.action("Command", Command="queue show")
    assert response.all("Output") == lines
