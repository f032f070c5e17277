"""Makes the sound of one prompt: spoken or read from a recording, trimmed, resampled, levelled.

`build` uses it for all prompts at once, `prompt_changes` for the one that somebody changes.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from recordings import audio
from recordings.audio import Sound
from recordings.catalogue import Kind, Prompt
from recordings.manifest import Made
from recordings.normalise import by_language
from recordings.tts import Voice

# Raise it when the making itself changes, so that every sound is made anew.
RECIPE = "2"
# The second is the switch's name for WAV at 16 kHz.
FORMATS: Mapping[str, int] = {".wav": 8000, ".wav16": 16000}
_EMPTY_TEXT_SECONDS = 0.25
# Composed numbers are followed more easily with a breath between their pieces.
_PIECE_GAP_SECONDS = 0.08
_LANGUAGE_GAP_SECONDS = 0.15


@dataclass(frozen=True, slots=True)
class Rendered:
    """A prompt's sound in every format, by the extension of its file."""

    key: str
    sounds: Mapping[str, Sound]
    made: Made


def render(prompt: Prompt, voice: Voice) -> Rendered:
    """Make a prompt's sound without writing anything. Raises SpeechFailed, UnreadableSound."""
    source = _source(prompt, voice)
    sounds = {
        extension: audio.level(audio.resample(source, rate)) for extension, rate in FORMATS.items()
    }
    return Rendered(prompt.key, sounds, Made(fingerprint(prompt, voice), round(source.seconds, 3)))


def draft(folder: Path, rendered: Rendered) -> dict[Path, Path]:
    """Write the files beside their places; moving each (key to value) puts them into service."""
    places = {ext: folder / f"{rendered.key}{ext}" for ext in FORMATS}
    return {audio.draft(place, rendered.sounds[ext]): place for ext, place in places.items()}


def put(drafts: Mapping[Path, Path]) -> None:
    """Let the next caller hear what was drafted; who hears the old sound hears it to its end."""
    for beside, place in drafts.items():
        beside.replace(place)


def fingerprint(prompt: Prompt, voice: Voice) -> str:
    """Return what decides how a prompt sounds, as a hash."""
    source = hashlib.sha256(f"{RECIPE}|{prompt.kind}|{audio.SPEECH_LEVEL}|".encode())
    if prompt.recording:
        source.update(prompt.recording.read_bytes())
    else:
        source.update(f"{voice.identity}|{prompt.text}".encode())
    return source.hexdigest()


def _source(prompt: Prompt, voice: Voice) -> Sound:
    if prompt.recording:
        sound = audio.trim(audio.load(prompt.recording))
    elif prompt.kind is Kind.BEEP:
        return audio.beep(max(FORMATS.values()))
    elif runs := by_language(prompt.text, prompt.lang):
        sound = _speak(runs, voice)
    else:
        return audio.silence(_EMPTY_TEXT_SECONDS, max(FORMATS.values()))
    if prompt.kind is Kind.PIECE:
        return audio.join([sound, audio.silence(_PIECE_GAP_SECONDS, sound.rate)])
    return sound


def _speak(runs: Sequence[tuple[str, str]], voice: Voice) -> Sound:
    """Speak each run of a text in its own language, so that English is not read as pinyin."""
    first, *others = [audio.trim(voice.speak(text, lang)) for lang, text in runs]
    gap = audio.silence(_LANGUAGE_GAP_SECONDS, first.rate)
    spoken = [first]
    for run in others:
        spoken += [gap, audio.resample(run, first.rate)]
    return audio.join(spoken)
