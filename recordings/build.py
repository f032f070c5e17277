"""Makes the sounds of all prompts, and only of those that changed; `./hotline up` calls it.

A sound is spoken (or read from a recording), trimmed, resampled to 8 and 16 kHz and brought to the
level that `audio` states. Files are replaced whole, so nothing that is being played is cut.
"""

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.settings import Settings
from recordings import audio
from recordings.audio import Sound
from recordings.catalogue import Catalogue, Kind, Prompt, load_catalogue
from recordings.manifest import Made, read_manifest, write_manifest
from recordings.music import build_music
from recordings.normalise import by_language
from recordings.tts import Voice, make_voice

# Raise it when the making itself changes, so that every sound is made anew.
_RECIPE = "1"
# The second is the switch's name for WAV at 16 kHz.
_FORMATS: Mapping[str, int] = {".wav": 8000, ".wav16": 16000}
_EMPTY_TEXT_SECONDS = 0.25
# Composed numbers are followed more easily with a breath between their pieces.
_PIECE_GAP_SECONDS = 0.08
_LANGUAGE_GAP_SECONDS = 0.15

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did: sounds made anew, left as they were, removed; recordings named for none."""

    made: int
    kept: int
    removed: int
    strays: tuple[Path, ...]
    seconds: float


def build_all(
    settings: Settings, greetings: Iterable[tuple[str, str]], progress: Progress
) -> BuildReport:
    """Bring the sounds folder up to the configuration, music on hold included.

    `greetings` are (language, prompt id) that callers hear while they already wait in a queue.
    `progress` is told how many sounds are done of how many to do. Raises ConfigError, SpeechFailed,
    UnreadableSound and PromptMissing; what was made until then is kept and not made again.
    """
    started = time.monotonic()
    folder = settings.sounds_dir
    catalogue = load_catalogue(settings.config_dir)
    voice = make_voice(settings)
    known = read_manifest(folder)
    wanted = {key: _fingerprint(prompt, voice) for key, prompt in catalogue.prompts.items()}
    stale = [key for key in wanted if not _is_current(folder, key, known.get(key), wanted[key])]
    removed = _remove(folder, known, catalogue)
    try:
        for done, key in enumerate(stale, 1):
            seconds = _make(catalogue.prompts[key], voice, folder)
            known[key] = Made(wanted[key], seconds)
            progress(done, len(stale))
    finally:
        write_manifest(folder, known)
    build_music(folder, greetings)
    return BuildReport(
        made=len(stale),
        kept=len(wanted) - len(stale),
        removed=removed,
        strays=catalogue.strays,
        seconds=time.monotonic() - started,
    )


def _fingerprint(prompt: Prompt, voice: Voice) -> str:
    """Return what decides how a prompt sounds, as a hash."""
    source = hashlib.sha256(f"{_RECIPE}|{prompt.kind}|{audio.SPEECH_LEVEL}|".encode())
    if prompt.recording:
        source.update(prompt.recording.read_bytes())
    else:
        source.update(f"{voice.identity}|{prompt.text}".encode())
    return source.hexdigest()


def _is_current(folder: Path, key: str, made: Made | None, fingerprint: str) -> bool:
    if made is None or made.fingerprint != fingerprint:
        return False
    return all((folder / f"{key}{extension}").is_file() for extension in _FORMATS)


def _remove(folder: Path, known: dict[str, Made], catalogue: Catalogue) -> int:
    """Remove sounds whose prompt is gone, so that no flow can go on playing them unnoticed."""
    gone = [key for key in known if key not in catalogue.prompts]
    for key in gone:
        for extension in _FORMATS:
            (folder / f"{key}{extension}").unlink(missing_ok=True)
        del known[key]
    return len(gone)


def _make(prompt: Prompt, voice: Voice, folder: Path) -> float:
    """Make one prompt in every format; return how many seconds it lasts."""
    source = _source(prompt, voice)
    for extension, rate in _FORMATS.items():
        sound = audio.level(audio.resample(source, rate))
        audio.write(folder / f"{prompt.key}{extension}", sound)
    return round(source.seconds, 3)


def _source(prompt: Prompt, voice: Voice) -> Sound:
    if prompt.recording:
        sound = audio.trim(audio.load(prompt.recording))
        if not sound.pcm:
            raise audio.UnreadableSound(f"{prompt.recording} holds only silence.")
    elif prompt.kind is Kind.BEEP:
        return audio.beep(max(_FORMATS.values()))
    elif runs := by_language(prompt.text, prompt.lang):
        sound = _speak(runs, voice)
    else:
        return audio.silence(_EMPTY_TEXT_SECONDS, max(_FORMATS.values()))
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
