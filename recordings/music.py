"""Music on hold that is ours: a calm pentatonic piece, computed from the score below.

Plays while callers wait (class `hold`). For each greeting there is a class that plays the greeting
first: the caller is greeted while already waiting, and agents are rung meanwhile. Classes that end
in `.news` play what is on air before the music.
"""

import os
import shutil
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recordings import audio
from recordings.audio import Sound
from recordings.news_music import NEWS, ensure_news, news_link
from recordings.prompts import PromptMissing
from recordings.spoken import LANGUAGES

MUSIC_LEVEL = -24.0
RATE = 8000
# In the file's name: another score gets another name, and is made at the next build.
_EDITION = 1

# Numbered notation (简谱) in D: a bar is eight quavers, a dot lets the note ring, ' is an octave
# up, a comma an octave down. Each phrase is four bars.
_TONIC = 293.66
_SEMITONES = {"1": 0, "2": 2, "3": 4, "4": 5, "5": 7, "6": 9, "7": 11}
_QUAVER = 0.5
_BAR = 8 * _QUAVER
_PHRASES = {
    "A": "5 . 6 . 1' . . . | 6 . 5 . 3 . . . | 5 . 3 . 2 . 3 . | 1 . . . . . . .",
    "B": "3 . 5 . 6 . 5 . | 1' . 6 . 5 . . . | 6 . 5 . 3 . 2 . | 5 . . . . . . .",
    "C": "1' . . 2' 3' . . . | 2' . 1' . 6 . . . | 5 . 6 . 1' . 6 . | 5 . . . 3 . . .",
    "D": ". . 3 . 2 . 1 . | 6, . . 1 2 . . . | 3 . 5 . 2 . 3 . | 1 . . . . . . .",
    "E": "5 . . . . . 3 . | 6 . . . . . . . | 2 . . . 3 . 5 . | 1' . . . . . . .",
}
_CHORDS = {
    "A": ("1, 5, 3", "6, 3 1", "4, 1 6", "1, 5, 3"),
    "B": ("6, 3 1", "4, 1 6", "1, 5, 3", "5, 2 7,"),
    "C": ("4, 1 6", "5, 2 7,", "6, 3 1", "1, 5, 3"),
    "D": ("4, 1 6", "6, 3 1", "5, 2 7,", "1, 5, 3"),
    "E": ("1, 5, 3", "4, 1 6", "5, 2 7,", "1, 5, 3"),
}
_FORM = "EABADCBAEABCDBAE"


def build_music(folder: Path, greetings: Iterable[tuple[str, str]]) -> None:
    """Make the music below `folder`/music if it is missing, and a class for each greeting.

    The greetings' own sounds must have been made before; else PromptMissing.
    """
    piece = _make_piece(folder / "music" / "hold")
    for lang, prompt_id in greetings:
        greeting = folder / lang / f"{prompt_id}.wav"
        if not greeting.is_file():
            raise PromptMissing(prompt_id, lang)
        for group, place in _groups(folder, lang, prompt_id):
            group.mkdir(parents=True, exist_ok=True)
            _link(greeting, place)
            if group.suffix != NEWS:
                _link(piece, group / "01-music.wav")
    ensure_news(folder)
    for group in _news_groups(folder):
        group.mkdir(parents=True, exist_ok=True)
        _lead_to_news(folder, group)
        _link(piece, group / "02-music.wav")


def _groups(folder: Path, lang: str, prompt_id: str) -> list[tuple[Path, Path]]:
    """Return the classes that begin with a greeting, and where it lies in each."""
    name = f"{lang}-{prompt_id}"
    groups = [folder / "music" / name, folder / "music" / f"{name}{NEWS}"]
    return [(group, group / f"00-{prompt_id}.wav") for group in groups]


def _news_groups(folder: Path) -> list[Path]:
    greeted = [path for path in (folder / "music").glob(f"*{NEWS}") if path.is_dir()]
    return [*greeted, *(folder / "music" / f"{lang}{NEWS}" for lang in LANGUAGES)]


def _lead_to_news(folder: Path, group: Path) -> None:
    """Let the class play what is on air, by the link that is turned to other words."""
    link = group / "01-news.wav"
    target = os.path.relpath(news_link(folder, group.name[:2]), group)
    if link.is_symlink() and os.readlink(link) == target:
        return
    draft = link.with_name(f".{link.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    draft.symlink_to(target)
    draft.replace(link)


def refresh_greeting(folder: Path, lang: str, prompt_id: str) -> None:
    """Let a greeting that was made anew be heard at the head of its music class, if it has one."""
    for _, place in _groups(folder, lang, prompt_id):
        if place.exists():
            _link(folder / lang / f"{prompt_id}.wav", place)


def _make_piece(hold: Path) -> Path:
    piece = hold / f"music-{_EDITION}.wav"
    if not piece.is_file():
        audio.write(piece, compose())
    for earlier in set(hold.glob("music-*.wav")) - {piece}:
        earlier.unlink()
    return piece


def _link(source: Path, place: Path) -> None:
    """Let a file appear at a second place without taking space twice, in one step."""
    if place.exists() and place.samefile(source):
        return
    draft = place.with_name(f".{place.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    try:
        os.link(source, draft)
    except OSError:  # a file system without hard links
        shutil.copyfile(source, draft)
    draft.replace(place)


def compose() -> Sound:
    """Return the whole piece, a little over four minutes, at −24 dBFS."""
    bars = 4 * len(_FORM)
    track = np.zeros(round((bars + 1) * _BAR * RATE))
    for position, name in enumerate(_FORM):
        start = position * 4 * _BAR
        for bar, (notes, chord) in enumerate(
            zip(_PHRASES[name].split("|"), _CHORDS[name], strict=True)
        ):
            _add_chord(track, start + bar * _BAR, chord)
            _add_melody(track, start + bar * _BAR, notes)
    return _master(_echo(track))


def _add_chord(track: NDArray[np.float64], start: float, chord: str) -> None:
    for note in chord.split():
        _add(track, start, _pad(_frequency(note)))


def _add_melody(track: NDArray[np.float64], start: float, notes: str) -> None:
    for quaver, note in enumerate(notes.split()):
        if note != ".":
            _add(track, start + quaver * _QUAVER, _pluck(_frequency(note)))


def _frequency(note: str) -> float:
    octave = note.count("'") - note.count(",")
    return float(_TONIC * 2.0 ** (octave + _SEMITONES[note[0]] / 12))


def _add(track: NDArray[np.float64], start: float, sound: NDArray[np.float64]) -> None:
    first = round(start * RATE)
    end = min(first + len(sound), len(track))
    track[first:end] += sound[: end - first]


@lru_cache(maxsize=64)
def _pluck(frequency: float) -> NDArray[np.float64]:
    """Return a plucked string: higher partials are weaker and die sooner."""
    seconds = np.arange(round(3.0 * RATE)) / RATE
    tone = np.zeros_like(seconds)
    for partial in range(1, 6):
        if partial * frequency < 0.45 * RATE:
            decay = np.exp(-seconds * (1.1 + 0.9 * partial))
            tone += decay * np.sin(2 * np.pi * partial * frequency * seconds) / partial**1.6
    attack = np.minimum(1.0, seconds / 0.008)
    release = np.minimum(1.0, (seconds[-1] - seconds) / 0.2)
    return np.asarray(0.5 * tone * attack * release)


@lru_cache(maxsize=64)
def _pad(frequency: float) -> NDArray[np.float64]:
    """Return a soft string voice that swells over a bar and fades under the next."""
    seconds = np.arange(round(1.5 * _BAR * RATE)) / RATE
    tone = np.zeros_like(seconds)
    for detune in (0.998, 1.0, 1.002):
        for partial in range(1, 4):
            tone += np.sin(2 * np.pi * partial * frequency * detune * seconds) / partial**2
    swell = np.minimum(1.0, seconds / 1.5) * np.minimum(1.0, (seconds[-1] - seconds) / 2.0)
    return np.asarray(0.06 * tone * swell**1.5)


def _echo(track: NDArray[np.float64]) -> NDArray[np.float64]:
    """Let the piece stand in a room: three fading repeats."""
    heard = track.copy()
    for repeat in range(1, 4):
        shift = round(repeat * 0.75 * _QUAVER * RATE)
        heard[shift:] += 0.3**repeat * track[:-shift]
    return heard


def _master(track: NDArray[np.float64]) -> Sound:
    """Fade the ends and set the level; RMS of the whole, since music has no pauses."""
    fade = np.minimum(1.0, np.arange(len(track)) / (1.0 * RATE))
    track = track * fade * np.minimum(1.0, np.arange(len(track))[::-1] / (3.0 * RATE))
    gain = 10 ** (MUSIC_LEVEL / 20) / np.sqrt(np.mean(track**2))
    return Sound(np.round(track * gain * 32767).clip(-32768, 32767).astype("<i2").tobytes(), RATE)
