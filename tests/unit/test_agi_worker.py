"""A worker serves until it is told to stop, and then finishes what it is doing."""

import asyncio
import os
import resource
import signal
import socket

import pytest
import uvloop

from agi_scripts.server import HOST, OPEN_FILES, allow_open_files, serve
from telephony.agi import AgiSession
from tests.unit.fake_asterisk import LIMIT, FakeAsterisk

pytestmark = pytest.mark.unit


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


async def call(port: int) -> FakeAsterisk:
    """Ask as soon as the worker listens."""
    async with asyncio.timeout(LIMIT):
        while True:
            try:
                return await FakeAsterisk.connect_to(port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.01)


def test_a_worker_told_to_stop_lets_its_session_finish() -> None:
    async def say_hello(session: AgiSession) -> None:
        await session.verbose("hello")

    async def play() -> None:
        port = free_port()
        working = asyncio.ensure_future(serve({"arrive": say_hello}, port))
        asterisk = await call(port)
        await asterisk.command()
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(working), 0.1)
        asterisk.say(b"200 result=1\n")
        assert await asterisk.ended()
        await asterisk.close()
        async with asyncio.timeout(LIMIT):
            await working

    uvloop.run(play())


def test_a_worker_may_open_as_many_files_as_it_lets_sessions_in() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (512, before[1]))
        allow_open_files()
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        assert soft == (OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard))
        assert hard == before[1]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
