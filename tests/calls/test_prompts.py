"""What callers hear is changed while they call: uploaded, recorded by phone, put back."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

import pytest

from phones.agent import Agent
from phones.calls import Call
from phones.tones import sine
from phones.voice import write_wav
from recordings.standing import standings
from recordings.versions import Source
from tests.calls.city import AGENT, PARTNER, SECOND_AGENT, City
from tests.calls.ears import Ears, listening

pytestmark = pytest.mark.call

GREETING, DIRECT = "zh/greeting", "zh/greeting-direct"
MENU = "8212345"
LONG, SHORT = 6.0, 2.0


def _post(city: City, door: str, body: bytes) -> None:
    settings = city.settings
    request = Request(
        f"http://{settings.api_host}:{settings.http_port}/api/prompts/{door}",
        body,
        {
            "Authorization": f"Bearer {settings.secrets.api}",
            "Hotline-Actor": quote("王力"),
            "Content-Type": "application/json",
        },
    )
    with urlopen(request, timeout=30) as answer:  # noqa: S310
        assert answer.status == 200


def _slot(city: City, key: str) -> int:
    return standings(city.settings)[key].record.slot


def _upload(city: City, key: str, tone: int, seconds: float, folder: Path) -> None:
    wav = folder / "tone.wav"
    write_wav(wav, sine(tone, seconds))
    mp3 = folder / f"{tone}.mp3"
    subprocess.run(["ffmpeg", "-y", "-v", "error", "-i", wav, "-b:a", "64k", mp3], check=True)
    words = urlencode({"why": "a tone", "name": mp3.name})
    _post(city, f"{_slot(city, key)}/recording?{words}", mp3.read_bytes())


def _put_back(city: City, key: str) -> None:
    _post(city, f"{_slot(city, key)}/in-service", json.dumps({"version": 1, "why": "x"}).encode())


@pytest.fixture
async def spoken_again(city: City) -> AsyncIterator[None]:
    """The city's own voice is back after the test."""
    yield
    for key in (GREETING, DIRECT):
        if standings(city.settings)[key].record.serving != 1:
            _put_back(city, key)


@pytest.mark.usefixtures("spoken_again")
async def test_the_next_caller_hears_an_upload_and_who_listens_hears_the_old_one_out(
    city: City, tmp_path: Path
) -> None:
    await asyncio.to_thread(_upload, city, GREETING, PARTNER, LONG, tmp_path)
    async with city.citizen(MENU) as early, city.citizen(MENU) as late, city.citizen(MENU) as last:
        await early.dial()
        await early.until_hears({PARTNER})
        await asyncio.to_thread(_upload, city, GREETING, SECOND_AGENT, LONG, tmp_path)
        assert early.hears({PARTNER, SECOND_AGENT}, 0.4) == {PARTNER}
        await late.dial()
        await late.until_hears({SECOND_AGENT})
        assert late.hears({PARTNER, SECOND_AGENT}, 0.4) == {SECOND_AGENT}
        await asyncio.to_thread(_put_back, city, GREETING)
        await last.dial()
        await city.hears_words(last)
        await asyncio.sleep(1)
        assert last.hears({PARTNER, SECOND_AGENT}, 1.0) == set()
        for citizen in (early, late, last):
            await citizen.hangup()


@pytest.mark.usefixtures("spoken_again")
async def test_a_greeting_that_is_heard_in_the_queue_is_changed_as_well(
    city: City, tmp_path: Path
) -> None:
    await asyncio.to_thread(_upload, city, DIRECT, PARTNER, LONG, tmp_path)
    async with city.agent("8013", behaviour="ring"), city.citizen() as citizen:
        await citizen.dial()
        await citizen.until_hears({PARTNER}, 8)
        await citizen.hangup()


async def _records(city: City, call: Call, ears: Ears, seconds: float) -> None:
    """Wait for the tone, speak for so long, press a key."""

    def recorded() -> bool:
        files = (city.settings.spool_dir / "prompts").glob("*.wav")
        return any(file.stat().st_size > seconds * 16000 for file in files)

    await ears.until("prompt-speak")
    await city.until(recorded, "a recording")
    await call.press("#")
    await call.until_hears({AGENT})


@pytest.mark.usefixtures("spoken_again")
async def test_a_prompt_recorded_by_phone_is_heard_by_callers_once_it_is_kept(city: City) -> None:
    slot, pin = _slot(city, GREETING), city.settings.secrets.prompt_pin
    before = len(standings(city.settings)[GREETING].record.versions)
    async with city.agent("8013") as agent, listening(city) as ears:
        call = agent.dial(f"*72{slot}")
        await ears.until("prompt-pin")
        await call.press("000000" if pin != "000000" else "111111", gap=0.15)
        await asyncio.sleep(1)
        await call.press(pin, gap=0.15)
        await _records(city, call, ears, 1.0)
        await call.press("2")
        await _records(city, call, ears, 2.0)
        assert len(standings(city.settings)[GREETING].record.versions) == before
        await call.press("1")
        await ears.until("prompt-kept")
        await call.hung_up(15)
        now = standings(city.settings)[GREETING].current
        assert (now.number, now.source, now.by) == (before + 1, Source.PHONE, "8013")
        await _hears_by_phone(agent, slot)
        async with city.citizen(MENU) as citizen:
            await citizen.dial()
            await citizen.until_hears({AGENT})
            await citizen.hangup()
        await _hangs_up_before_keeping(city, agent, ears)
    assert len(standings(city.settings)[GREETING].record.versions) == before + 1


async def _hears_by_phone(agent: Agent, slot: int) -> None:
    call = agent.dial(f"*71{slot}")
    await call.until_hears({AGENT})
    await call.hung_up(15)


async def _hangs_up_before_keeping(city: City, agent: Agent, ears: Ears) -> None:
    call = agent.dial(f"*72{_slot(city, GREETING)}")
    await call.answered()
    await call.press(city.settings.secrets.prompt_pin, gap=0.15)
    await _records(city, call, ears, 1.0)
    await call.hang_up()
    left = city.settings.spool_dir / "prompts"
    await city.until(lambda: not list(left.iterdir()), "an empty spool")


async def test_without_the_pin_or_the_number_nothing_is_recorded(city: City) -> None:
    async with city.agent("8013") as agent, listening(city) as ears:
        wrong = agent.dial(f"*72{_slot(city, GREETING)}")
        await wrong.answered()
        pin = "0" if city.settings.secrets.prompt_pin[0] != "0" else "1"
        for _ in range(3):
            await wrong.press(pin * 6, gap=0.15)
            await asyncio.sleep(0.8)
        await ears.until("prompt-refused")
        await wrong.hung_up(15)
        await agent.dial("*729998").hung_up(15)
        await agent.dial("*719998").hung_up(15)
        await city.until(lambda: ears.heard.count("prompt-unknown") == 2, "both refusals")
