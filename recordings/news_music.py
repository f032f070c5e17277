"""The announcements on air as the beginning of the music that waiting callers hear.

The switch knows one file for each language for ever, a link; turning the link to other words takes
one step and no reload. Cheap to import: AGI workers turn it when something expires.
"""

import hashlib
import os
import wave
from collections.abc import Sequence
from pathlib import Path

from recordings.spoken import LANGUAGES

# How the names of these classes of music end; no prompt's name holds a dot.
NEWS = ".news"
_PREFIX = "news-"
_RATE = 8000
_NOTHING_SECONDS = 0.1


def news_link(folder: Path, language: str) -> Path:
    """Return the file that the switch plays, below the sounds folder."""
    return folder / language / "news.wav"


def ensure_news(folder: Path) -> None:
    """Make the file in every language, a short silence, where there is none yet."""
    for language in LANGUAGES:
        if not news_link(folder, language).exists():
            bring_into_queue(folder, language, [])


def bring_into_queue(folder: Path, language: str, prompts: Sequence[str]) -> None:
    """Let the file be these sounds, one after the other. Raises OSError, EOFError, wave.Error."""
    words = hashlib.sha256(" ".join(prompts).encode()).hexdigest()[:12]
    link, name = news_link(folder, language), f"{_PREFIX}{words}.wav"
    if _leads_to(link) == name:
        return
    target = link.with_name(name)
    if not target.exists():
        _join(target, [link.with_name(f"{prompt}.wav") for prompt in prompts])
    turned = link.with_name(f".{link.name}.{os.getpid()}")
    turned.unlink(missing_ok=True)
    turned.symlink_to(name)
    turned.replace(link)


def forget_old_news(folder: Path) -> None:
    """Remove what was joined for announcements that are over."""
    for language in LANGUAGES:
        current = _leads_to(news_link(folder, language))
        for path in (folder / language).glob(f"{_PREFIX}*.wav"):
            if path.name != current:
                path.unlink(missing_ok=True)


def _leads_to(link: Path) -> str:
    try:
        return os.readlink(link)
    except OSError:
        return ""


def _join(target: Path, sources: Sequence[Path]) -> None:
    sound = b"".join(map(_frames, sources)) or bytes(2 * round(_NOTHING_SECONDS * _RATE))
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with wave.open(str(draft), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(_RATE)
            file.writeframes(sound)
        draft.chmod(0o644)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _frames(source: Path) -> bytes:
    with wave.open(str(source), "rb") as file:
        return file.readframes(file.getnframes())
