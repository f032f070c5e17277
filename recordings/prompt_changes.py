"""What people do to a prompt: say it anew, bring a recording, put an earlier version back.

Each takes effect with the next caller, restarts nothing and cuts nobody's sound short. Used by the
command line, the HTTP API and the recording by phone.
"""

import difflib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from core.errors import HotlineError
from core.settings import Settings
from recordings.catalogue import Kind, Prompt, load_catalogue
from recordings.history import append, changing, read_history
from recordings.in_service import as_version
from recordings.making import draft, put, render
from recordings.manifest import read_manifest, write_manifest
from recordings.music import refresh_greeting
from recordings.normalise import normalise
from recordings.takes import examine, keep
from recordings.tts import make_voice
from recordings.versions import Act, Record, Source, Version, apply, served_line, version_line

LONGEST_TEXT = 1000
LONGEST_WHY = 200


class UnknownPrompt(HotlineError):
    """There is no such prompt."""

    slug = "unknown-prompt"


class CannotSay(HotlineError):
    """This text, or this reason, cannot be taken."""

    slug = "cannot-say"


Step = Callable[[Prompt, Record], dict[str, Any]]


def say(settings: Settings, key: str, text: str, act: Act) -> Version:
    """Let the voice speak another text. Raises CannotSay, UnknownPrompt, SpeechFailed."""
    if not text.strip() or len(text) > LONGEST_TEXT:
        raise CannotSay(f"A text has 1 to {LONGEST_TEXT} characters.")

    def step(prompt: Prompt, record: Record) -> dict[str, Any]:
        if prompt.kind is not Kind.SENTENCE:
            raise CannotSay(f"{key} is a piece of numbers or a tone; only a recording replaces it.")
        normalise(text, prompt.lang)
        return version_line(key, record.following, Source.TTS, text, act, record.written)

    return _change(settings, key, act, step)


def bring(
    settings: Settings, key: str, path: Path, act: Act, source: Source = Source.UPLOAD
) -> Version:
    """Let a recording be heard from now on. Raises BadTake, UnknownPrompt."""
    take = examine(path)

    def step(prompt: Prompt, record: Record) -> dict[str, Any]:
        return version_line(
            key, record.following, source, record.wanted(prompt.wording), act, record.written,
            keep(settings, take.sound), path.name, take.remarks,
        )  # fmt: skip

    return _change(settings, key, act, step)


def put_back(settings: Settings, key: str, number: int, act: Act) -> Version:
    """Put an earlier version into service. Raises NoSuchVersion, UnknownPrompt, BadTake."""

    def step(prompt: Prompt, record: Record) -> dict[str, Any]:
        record.version(number)
        return served_line(key, number, act, record.written)

    return _change(settings, key, act, step)


def _change(settings: Settings, key: str, act: Act, step: Step) -> Version:
    """Make the sound first: whatever fails until then has changed nothing."""
    if not act.why.strip() or len(act.why) > LONGEST_WHY:
        raise CannotSay(f"Say why, in 1 to {LONGEST_WHY} characters: it stays in the record.")
    with changing(settings):
        prompt, record = find(settings, key)
        line = step(prompt, record)
        version = _after(key, record, line)
        rendered = render(as_version(settings, prompt, version), make_voice(settings))
        drafts = draft(settings.sounds_dir, rendered)
        try:
            append(settings, [line])
            put(drafts)
        finally:
            for beside in drafts:
                beside.unlink(missing_ok=True)
        known = read_manifest(settings.sounds_dir)
        write_manifest(settings.sounds_dir, known | {key: rendered.made})
        refresh_greeting(settings.sounds_dir, prompt.lang, prompt.id)
        return version


def find(settings: Settings, key: str) -> tuple[Prompt, Record]:
    """Return a prompt of the configuration and its story. Raises UnknownPrompt, ConfigError."""
    prompts, history = load_catalogue(settings.config_dir).prompts, read_history(settings)
    if key not in prompts:
        near = difflib.get_close_matches(key[:80], prompts, 3)
        hint = f" Did you mean {', '.join(near)}?" if near else " Keys are such as zh/greeting."
        raise UnknownPrompt(f"There is no prompt {key[:80]!r}.{hint}")
    if key not in history or not history[key].versions:
        raise UnknownPrompt(f"The prompt {key} is new: run ./hotline up first.")
    return prompts[key], history[key]


def _after(key: str, record: Record, line: Mapping[str, Any]) -> Version:
    """Return the version that is in service once this line is written."""
    records = {key: record}
    apply(records, line)
    return records[key].current
