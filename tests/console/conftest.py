"""One hotline with its console built, and Debian's Chromium in front of it."""

import math
import socket
import struct
import wave
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from stack.console import ensure_console
from stack.packages import browser_program
from tests.calls.city import AGENT, City, build_city, raze
from tests.console.people import move_in
from tests.console.told import Told

WORKER = 8
WRAP_UP = 8
_RATE = 48_000


@pytest.fixture(scope="session")
def running_city() -> Iterator[City]:
    settings = build_city(WORKER, WRAP_UP)
    told = Told()
    try:
        assert ensure_console(settings, told), told.facts
        move_in(settings)
        yield City(settings)
    finally:
        raze(settings)


@pytest.fixture
async def city(running_city: City) -> AsyncIterator[City]:
    yield running_city
    running_city.console("channel request hangup all")
    await running_city.quiet()


@pytest.fixture(scope="session")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the browser's agent says: the tone by which every test knows an agent."""
    path = tmp_path_factory.mktemp("voice") / "agent.wav"
    steps = (math.sin(2 * math.pi * AGENT * step / _RATE) for step in range(_RATE))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        file.writeframes(b"".join(struct.pack("<h", int(9_000 * step)) for step in steps))
    return path


@pytest.fixture
async def chromium(microphone: Path) -> AsyncIterator[Browser]:
    program = browser_program()
    assert program, "There is no Chromium: apt-get install chromium fonts-noto-cjk"
    arguments = [
        "--no-sandbox",  # root in a container has no user namespaces
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={microphone}",
        "--autoplay-policy=no-user-gesture-required",
        "--allow-loopback-in-peer-connection",
        "--disable-background-networking",
        "--disable-component-update",
    ]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=arguments)
        yield browser
        await browser.close()


@pytest.fixture
def network() -> None:
    """Skip where the switch has no address for browsers: it never offers one of loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing
        except OSError:
            pytest.skip("This machine has no address but loopback, which WebRTC cannot use.")
