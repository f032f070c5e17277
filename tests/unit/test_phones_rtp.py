"""RTP on the wire, as bytes."""

import pytest

from phones.rtp import KEY_EVENT, PCMA, Packet, key_event, key_of, parse

pytestmark = pytest.mark.unit


def test_a_packet_reads_back_as_it_was_written() -> None:
    packet = Packet(PCMA, 65535, 2**32 - 1, 7, b"voice", marker=True)
    assert parse(packet.encode()) == packet


def test_counters_turn_over_at_their_width() -> None:
    packet = parse(Packet(PCMA, 65536, 2**32 + 5, 1, b"").encode())
    assert packet is not None
    assert (packet.sequence, packet.timestamp) == (0, 5)


@pytest.mark.parametrize("datagram", [b"", b"short", b"SIP/2.0 200 OK\r\n\r\n", b"\x00" * 200])
def test_what_is_not_rtp_is_not_heard(datagram: bytes) -> None:
    assert parse(datagram) is None


def test_contributing_sources_are_skipped() -> None:
    datagram = bytearray(Packet(PCMA, 1, 2, 3, b"\x00\x00\x00\x01voice").encode())
    datagram[0] |= 1
    packet = parse(bytes(datagram))
    assert packet is not None
    assert packet.payload == b"voice"


def test_every_key_of_a_phone_has_its_event() -> None:
    for key in "0123456789*#ABCD":
        assert key_of(key_event(key, 800, ended=False)) == key
    assert KEY_EVENT == 101


@pytest.mark.parametrize("payload", [b"", b"\x10\x0a\x00\x00", b"\xff"])
def test_an_event_that_is_no_key_is_none(payload: bytes) -> None:
    assert key_of(payload) is None
