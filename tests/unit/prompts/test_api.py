"""Prompts over HTTP: listed, listened to, changed by a person, put back."""

import io
import wave
from collections.abc import AsyncIterator

import httpx
import pytest

from api.app import make_app
from core.secrets import ensure_secrets
from core.settings import Settings
from recordings import audio
from recordings.standing import standings
from tests.unit.test_prompts import tone, write_wav

pytestmark = pytest.mark.unit

KEY = "zh/goodbye"


@pytest.fixture
async def api(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    ensure_secrets(settings.secrets_file)
    app = make_app(settings)
    door = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=door, base_url="http://127.0.0.1") as client,
    ):
        client.headers["Authorization"] = f"Bearer {settings.secrets.api}"
        client.headers["Hotline-Actor"] = "%E7%8E%8B%E5%8A%9B"
        yield client


@pytest.fixture
def slot(settings: Settings) -> int:
    return standings(settings)[KEY].record.slot


def seconds(answer: httpx.Response) -> float:
    assert answer.headers["content-type"] == "audio/wav"
    with wave.open(io.BytesIO(answer.content)) as file:
        assert (file.getframerate(), file.getnchannels()) == (16000, 1)
        return float(file.getnframes() / 16000)


async def test_an_upload_is_heard_named_and_can_be_put_back(
    api: httpx.AsyncClient, slot: int
) -> None:
    answer = await api.post(
        f"/api/prompts/{slot}/recording",
        params={"why": "clearer", "name": "../../etc/晚安.wav"},
        content=audio.as_wav(tone(2, 44100)),
    )
    assert answer.status_code == 200, answer.text
    now = answer.json()
    assert (now["key"], now["in_service"]["number"], now["in_service"]["by"]) == (KEY, 2, "王力")
    assert now["in_service"]["name"] == "晚安.wav"
    assert seconds(await api.get(f"/api/prompts/{slot}/audio")) == pytest.approx(2, abs=0.1)
    assert seconds(await api.get(f"/api/prompts/{slot}/versions/2/audio")) == pytest.approx(
        2, abs=0.1
    )
    back = await api.post(f"/api/prompts/{slot}/in-service", json={"version": 1, "why": "worse"})
    assert back.json()["in_service"]["number"] == 1
    assert [version["number"] for version in back.json()["versions"]] == [1, 2]
    assert seconds(await api.get(f"/api/prompts/{slot}/audio")) < 1


async def test_a_browser_may_ask_for_a_part_of_the_sound(api: httpx.AsyncClient, slot: int) -> None:
    answer = await api.get(f"/api/prompts/{slot}/audio", headers={"Range": "bytes=0-99"})
    assert (answer.status_code, len(answer.content)) == (206, 100)


async def test_a_text_said_anew_is_the_text_shown(api: httpx.AsyncClient, slot: int) -> None:
    new = {"text": "下次再见。", "why": "friendlier"}
    answer = await api.post(f"/api/prompts/{slot}/text", json=new)
    assert answer.json()["wanted"] == "下次再见。"
    listed = (await api.get("/api/prompts")).json()["items"]
    assert {p["key"]: p["in_service"]["text"] for p in listed}[KEY] == "下次再见。"


async def test_stale_recordings_and_strays_are_listed(
    api: httpx.AsyncClient, slot: int, settings: Settings
) -> None:
    sound = audio.as_wav(tone(2, 44100))
    await api.post(f"/api/prompts/{slot}/recording", params={"why": "x"}, content=sound)
    path = settings.config_dir / "prompts.toml"
    path.write_text(path.read_text().replace("再见。", "慢走。"))
    write_wav(settings.config_dir / "prompts/zh/godbye.wav", tone(1, 8000))
    answer = (await api.get("/api/prompts?stale=true")).json()
    assert [(p["key"], p["wanted"]) for p in answer["items"]] == [(KEY, "慢走。")]
    assert answer["strays"] == ["godbye.wav"]


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "empty"), (b"GIF89a" * 50, "not a sound"), (b"\0" * 21_000_000, "MB")],
)
async def test_a_body_that_is_no_prompt_is_refused_in_a_sentence(
    api: httpx.AsyncClient, slot: int, content: bytes, says: str
) -> None:
    answer = await api.post(f"/api/prompts/{slot}/recording?why=x", content=content)
    assert answer.status_code == 400
    assert says in answer.json()["detail"]


async def test_only_a_named_person_with_the_key_changes_prompts(
    api: httpx.AsyncClient, slot: int
) -> None:
    api.headers["Authorization"] = "Bearer no"
    for door, body in (
        ("text", {"text": "您好", "why": "x"}),
        ("in-service", {"version": 1, "why": "x"}),
        ("recording?why=x", {}),
    ):
        answer = await api.post(f"/api/prompts/{slot}/{door}", json=body)
        assert answer.status_code == 401


async def test_what_does_not_exist_is_not_found(api: httpx.AsyncClient, slot: int) -> None:
    for door in ("9999", "9999/audio", f"{slot}/versions/7/audio"):
        assert (await api.get(f"/api/prompts/{door}")).status_code == 404
    answer = await api.post(f"/api/prompts/{slot}/in-service", json={"version": 7, "why": "x"})
    assert answer.status_code == 404
