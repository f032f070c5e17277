"""Strangers on the port, broken scripts and shutdown cost no other call anything."""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable

import pytest
import uvloop
from structlog.testing import capture_logs

from core.errors import HotlineError
from telephony.agi import AgiSession, Limits, Server, start_server
from tests.unit.fake_asterisk import LIMIT, QUICK, FakeAsterisk, header_block, serving

pytestmark = pytest.mark.unit


Handler = Callable[[AgiSession], Awaitable[None]]


async def say_hello(session: AgiSession) -> None:
    await session.verbose("hello")


async def assert_serves(server: Server) -> None:
    """A caller who comes now is served."""
    asterisk = await FakeAsterisk.connect(server)
    assert await asterisk.answer() == ["VERBOSE", "hello", "1"]
    assert await asterisk.ended()
    await asterisk.close()


async def test_connect_and_close_costs_nothing() -> None:
    async with serving(say_hello) as server:
        for said in (b"", b"agi_network: yes\n", b"agi_network: yes\nagi_cal"):
            await (await FakeAsterisk.connect(server, said)).close()
        await assert_serves(server)
        assert server.sessions == 0


def test_the_workers_own_loop_outlives_a_port_scan() -> None:
    async def scan_then_call() -> None:
        async with serving(say_hello, QUICK) as server:
            for said in (b"", b"agi_network: yes\n", b"GET / HTTP/1.1\r\n\r\n", header_block()):
                await (await FakeAsterisk.connect(server, said)).close()
            silent = await FakeAsterisk.connect(server, b"")
            assert await silent.ended()
            await silent.close()
            await assert_serves(server)

    uvloop.run(scan_then_call())


async def test_a_silent_peer_is_dropped_in_time() -> None:
    async with serving(say_hello, QUICK) as server:
        asterisk = await FakeAsterisk.connect(server, b"")
        assert await asterisk.ended()
        await asterisk.close()


async def test_a_peer_that_drips_headers_is_dropped_in_time() -> None:
    async def drip(asterisk: FakeAsterisk) -> None:
        asterisk.say(b"agi_network: yes\n")
        while True:
            asterisk.say(b"agi_arg_1: x\n")
            await asyncio.sleep(0.01)

    async with serving(say_hello, QUICK) as server:
        asterisk = await FakeAsterisk.connect(server, b"")
        dripping = asyncio.ensure_future(drip(asterisk))
        assert await asterisk.ended()
        dripping.cancel()
        await asterisk.close()


@pytest.mark.parametrize(
    "block",
    [
        b"agi_network: yes\n" + b"agi_arg_1: " + b"x" * 40_000,
        b"agi_network: yes\n" + b"agi_arg_1: x\n" * 300 + b"\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
        b"\n\n",
    ],
    ids=["endless", "too many", "http", "tls", "empty"],
)
async def test_headers_that_no_asterisk_sends_are_dropped_at_once(block: bytes) -> None:
    async with serving(say_hello) as server:
        asterisk = await FakeAsterisk.connect(server, block)
        assert await asterisk.ended()
        await asterisk.close()
        await assert_serves(server)


async def test_a_flood_of_silent_peers_does_not_keep_a_caller_out() -> None:
    async with serving(say_hello, Limits(waiting=5)) as server:
        strangers = [await FakeAsterisk.connect(server, b"") for _ in range(20)]
        await assert_serves(server)
        ended = [await stranger.ended() for stranger in strangers[:15]]
        assert all(ended)
        for stranger in strangers:
            await stranger.close()


async def test_a_full_server_sends_the_next_caller_to_survival_at_once() -> None:
    async with serving(say_hello, Limits(sessions=1)) as server:
        first = await FakeAsterisk.connect(server)
        await first.command()
        second = await FakeAsterisk.connect(server)
        assert await second.raw_command() == b""
        first.say(b"200 result=1\n")
        assert await first.ended()
        await first.close()
        await second.close()
        await assert_serves(server)


async def test_an_unknown_script_is_closed_at_once_and_logged() -> None:
    with capture_logs() as logs:
        async with serving(say_hello) as server:
            asterisk = await FakeAsterisk.connect(server, header_block(agi_network_script="admin"))
            assert await asterisk.raw_command() == b""
            await asterisk.close()
    assert [(line["event"], line["script"]) for line in logs] == [("agi_unknown_script", "admin")]


async def test_a_broken_handler_is_logged_and_its_socket_closed() -> None:
    async def broken(session: AgiSession) -> None:
        await session.answer()
        raise KeyError("menu")

    with capture_logs() as logs:
        async with serving(broken) as server:
            asterisk = await FakeAsterisk.connect(server)
            await asterisk.answer()
            assert await asterisk.raw_command() == b""
            await asterisk.close()
    assert [(line["event"], line["call"]) for line in logs] == [
        ("agi_handler_failed", "1764000000.12")
    ]


async def test_a_hangup_that_a_handler_lets_through_is_no_failure() -> None:
    with capture_logs() as logs:
        async with serving(say_hello) as server:
            asterisk = await FakeAsterisk.connect(server, header_block() + b"HANGUP\n")
            assert await asterisk.ended()
            await asterisk.close()
    assert logs == []


async def test_a_script_that_hangs_does_not_outlive_its_caller_long() -> None:
    ended = asyncio.Event()

    async def hangs(session: AgiSession) -> None:
        await session.answer()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with serving(hangs, QUICK) as server:
        asterisk = await FakeAsterisk.connect(server)
        await asterisk.answer()
        await asterisk.close()
        async with asyncio.timeout(LIMIT):
            await ended.wait()


async def test_shutdown_lets_running_sessions_finish() -> None:
    async with serving(say_hello) as server:
        asterisk = await FakeAsterisk.connect(server)
        await asterisk.command()
        closing = asyncio.ensure_future(server.close(grace=5.0))
        await asyncio.sleep(0)
        asterisk.say(b"200 result=1\n")
        await closing
        assert await asterisk.ended()
        await asterisk.close()


async def test_shutdown_cancels_what_does_not_finish() -> None:
    ends: list[str] = []

    async def stays(session: AgiSession) -> None:
        try:
            await session.answer()
        except asyncio.CancelledError:
            ends.append("cancelled")
            raise

    async with serving(stays) as server:
        asterisk = await FakeAsterisk.connect(server)
        await asterisk.command()
        await server.close(grace=0.01)
        assert ends == ["cancelled"]
        assert server.sessions == 0
        assert await asterisk.ended()
        await asterisk.close()


async def test_a_handler_that_swallows_cancellation_does_not_stop_the_shutdown() -> None:
    started, told_to_end = asyncio.Event(), asyncio.Event()

    async def stubborn(_: AgiSession) -> None:
        while not told_to_end.is_set():
            started.set()
            with contextlib.suppress(asyncio.CancelledError):
                await told_to_end.wait()

    async with serving(stubborn, QUICK) as server:
        asterisk = await FakeAsterisk.connect(server)
        await started.wait()
        await server.close()
        assert await asterisk.ended()
        await asterisk.close()
        told_to_end.set()


async def test_a_taken_port_is_a_sentence_that_says_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(HotlineError, match=f"Port {port} on 127.0.0.1 is taken"):
            await start_server({}, "127.0.0.1", port)


async def test_two_workers_share_one_port() -> None:
    async with serving(say_hello) as server:
        second = await start_server({"arrive": say_hello}, "127.0.0.1", server.port)
        await assert_serves(server)
        await second.close()
