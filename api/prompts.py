"""/api/prompts: what callers hear, every version of it, and changing it from the next caller on.

A prompt is addressed by its number (`slot`), the one that agents dial as well. Sound is served as
WAV that browsers play.
"""

import asyncio
import os
import tempfile
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as PathParameter
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from api.acting import Actor
from api.errors import NotFound, Refused
from api.fields import Answer, Instant
from api.resources import Open
from core.settings import Settings
from recordings import audio
from recordings.catalogue import Kind, load_catalogue
from recordings.in_service import as_version
from recordings.making import render
from recordings.prompt_changes import LONGEST_TEXT, LONGEST_WHY, bring, put_back, say
from recordings.standing import Standing, standings
from recordings.takes import LARGEST_FILE
from recordings.tts import make_voice
from recordings.versions import Act, Source

router = APIRouter(prefix="/api/prompts", tags=["prompts"])

Slot = Annotated[int, PathParameter(ge=1, le=9999, description="The prompt's number.")]
Number = Annotated[int, PathParameter(ge=1, description="The version's number.")]
Why = Annotated[str, Query(min_length=1, max_length=LONGEST_WHY, description="For the record.")]
_WAV = "audio/wav"


class VersionAnswer(Answer):
    """One version: what it says, where its sound comes from, who made it, when and why."""

    number: int
    source: Source
    text: str
    name: str
    remarks: list[str]
    by: str
    why: str
    at: Instant


class PromptAnswer(Answer):
    """One prompt. `stale`: the recording in service was made for another text than `wanted`."""

    slot: int
    key: str
    kind: Kind
    seconds: float | None
    wanted: str
    stale: bool
    in_service: VersionAnswer


class PromptInFullAnswer(PromptAnswer):
    """One prompt with all its versions, oldest first."""

    versions: list[VersionAnswer]


class PromptsAnswer(Answer):
    """Every prompt by number; `strays` are recordings in config/prompts named for none."""

    items: list[PromptAnswer]
    strays: list[str]


class NewText(BaseModel):
    """A text for the voice to speak."""

    text: str = Field(min_length=1, max_length=LONGEST_TEXT)
    why: str = Field(min_length=1, max_length=LONGEST_WHY)


class PutBack(BaseModel):
    """An earlier version to be heard again."""

    version: int = Field(ge=1)
    why: str = Field(min_length=1, max_length=LONGEST_WHY)


@router.get("")
def get_prompts(
    opened: Open,
    stale: Annotated[bool | None, Query(description="Recordings older than their text.")] = None,
    kind: Kind | None = None,
) -> PromptsAnswer:
    """List what the hotline can say; as many as are configured, on one page."""
    found = standings(opened.settings).values()
    return PromptsAnswer(
        items=[
            PromptAnswer(**_fields(one))
            for one in found
            if stale in (None, one.is_stale) and kind in (None, one.prompt.kind)
        ],
        strays=[path.name for path in load_catalogue(opened.settings.config_dir).strays],
    )


@router.get("/{slot}")
def get_prompt(opened: Open, slot: Slot) -> PromptInFullAnswer:
    """Show one prompt with every version."""
    return _in_full(_find(opened.settings, slot))


@router.get("/{slot}/audio", response_class=FileResponse)
def get_audio(opened: Open, slot: Slot) -> FileResponse:
    """Listen to what callers hear."""
    key = _find(opened.settings, slot).prompt.key
    path = opened.settings.sounds_dir / f"{key}.wav16"
    if not path.is_file():
        raise NotFound(f"The prompt {key} has no sound yet; run ./hotline up.")
    return FileResponse(path, media_type=_WAV)


@router.get("/{slot}/versions/{number}/audio", response_class=Response)
def get_version_audio(opened: Open, slot: Slot, number: Number) -> Response:
    """Listen to one version, in service or not; a spoken one is spoken anew."""
    one = _find(opened.settings, slot)
    prompt = as_version(opened.settings, one.prompt, one.record.version(number))
    rendered = render(prompt, make_voice(opened.settings))
    return Response(audio.as_wav(rendered.sounds[".wav16"]), media_type=_WAV)


@router.post("/{slot}/text")
def post_text(opened: Open, slot: Slot, new: NewText, actor: Actor) -> PromptInFullAnswer:
    """Let the voice speak another text, from the next caller on."""
    key = _find(opened.settings, slot).prompt.key
    say(opened.settings, key, new.text, Act(actor, new.why))
    return _in_full(_find(opened.settings, slot))


@router.post("/{slot}/in-service")
def post_in_service(opened: Open, slot: Slot, back: PutBack, actor: Actor) -> PromptInFullAnswer:
    """Put an earlier version back into service, from the next caller on."""
    key = _find(opened.settings, slot).prompt.key
    put_back(opened.settings, key, back.version, Act(actor, back.why))
    return _in_full(_find(opened.settings, slot))


@router.post("/{slot}/recording")
async def post_recording(
    opened: Open,
    slot: Slot,
    request: Request,
    actor: Actor,
    why: Why,
    name: Annotated[str, Query(max_length=120, description="The file's name.")] = "recording",
) -> PromptInFullAnswer:
    """Let a recording be heard, from the next caller on. The body is the file, wav, mp3, m4a …"""
    key = (await asyncio.to_thread(_find, opened.settings, slot)).prompt.key
    with tempfile.TemporaryDirectory(prefix="hotline-upload-") as folder:
        path = Path(folder) / _file_name(name)
        await _receive(request, path)
        act = Act(actor, why)
        await asyncio.to_thread(bring, opened.settings, key, path, act)
    return await asyncio.to_thread(lambda: _in_full(_find(opened.settings, slot)))


async def _receive(request: Request, path: Path) -> None:
    """Store the body as it comes, so that no size of it costs memory."""
    received = 0
    with path.open("wb") as file:
        async for chunk in request.stream():
            received += len(chunk)
            if received > LARGEST_FILE:
                raise Refused(f"The file is larger than {LARGEST_FILE // 2**20} MB.")
            file.write(chunk)


def _file_name(name: str) -> str:
    """Keep what may stand in a file's name, and no way out of its folder."""
    kept = "".join(char for char in os.path.basename(name) if char.isalnum() or char in "._- ")
    return kept.lstrip(".")[:80] or "recording"


def _find(settings: Settings, slot: int) -> Standing:
    for one in standings(settings).values():
        if one.record.slot == slot:
            return one
    raise NotFound(f"No prompt has the number {slot}.")


def _in_full(one: Standing) -> PromptInFullAnswer:
    return PromptInFullAnswer(
        **_fields(one), versions=[VersionAnswer.model_validate(v) for v in one.record.versions]
    )


def _fields(one: Standing) -> dict[str, Any]:
    return {
        "slot": one.record.slot,
        "key": one.prompt.key,
        "kind": one.prompt.kind,
        "seconds": one.seconds,
        "wanted": one.wanted,
        "stale": one.is_stale,
        "in_service": VersionAnswer.model_validate(one.current),
    }
