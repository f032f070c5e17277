"""How phones and sipp speak with each other, without sipp."""

import shutil

import pytest

from phones.citizen import Citizen, raw
from phones.errors import PortTakenError, SippMissingError
from phones.media import bind_udp
from phones.orders import Report, order
from phones.scenario import LONGEST, load_scenario, phone_scenario

pytestmark = pytest.mark.unit


def test_a_report_has_a_name_a_call_and_fields() -> None:
    report = Report.parse("answered abc@127.0.0.2 ip=127.0.0.1 port=4000 direction=sendrecv")
    assert (report.name, report.call_id) == ("answered", "abc@127.0.0.2")
    assert report.fields["ip"] == "127.0.0.1"
    assert report.number("port") == 4000
    assert report.number("cause") is None


@pytest.mark.parametrize("line", ["", "x", "heard", "ended a by= cause="])
def test_a_poor_report_is_no_accident(line: str) -> None:
    assert Report.parse(line).number("cause") is None


def test_what_a_caller_calls_himself_cannot_forge_fields() -> None:
    caller = '"port=9 ip=6.6.6.6 from=x" <sip:1@h>;tag=2'
    report = Report.parse(f"invite abc ip=127.0.0.1 port=4000 to=8001 from= {caller}")
    assert report.fields["from"] == caller
    assert report.fields["ip"] == "127.0.0.1"
    assert report.number("port") == 4000


def test_an_order_carries_hostile_text_only_in_its_body() -> None:
    hostile = b'a"\r\nVia: x\r\n\r\n' + "张三".encode("gbk")
    assert order("DIAL", "id", 1, {"X-Uri": "sip:12345@h"}, hostile).endswith(hostile)
    with pytest.raises(ValueError, match="line break"):
        order("DIAL", "id", 1, {"X-Uri": "sip:12345\r\nVia: x@h"}, b"")


def test_two_equal_orders_differ_on_the_wire() -> None:
    assert order("HOLD", "id", 1, {}, b"") != order("HOLD", "id", 2, {}, b"")


def test_scenarios_fit_into_the_buffer_of_sipp() -> None:
    phone = phone_scenario("127.100.100.100", 65535, 65535, ("127.100.100.100", 65535))
    load = load_scenario(
        ip="127.100.100.100", port=65535, rtp_port=1, uri="sip:1@h", answer_ms=1, hold_ms=1
    )
    assert max(len(phone), len(load)) < LONGEST


def test_bytes_and_text_of_a_caller_are_taken_verbatim() -> None:
    assert raw("张三") == "张三".encode()
    assert raw("张三".encode("gbk")) == "张三".encode("gbk")


async def test_without_sipp_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(SippMissingError, match="apt-get install sip-tester"):
        await Citizen(("127.0.0.1", 5060)).dial()


def test_a_taken_port_is_named() -> None:
    with bind_udp("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTakenError, match=str(port)):
            bind_udp("127.0.0.1", port)
