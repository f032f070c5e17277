"""Makes the sounds of all prompts, and only of those that changed; `./hotline up` calls it.

A sound is spoken (or read from a recording), trimmed, resampled to 8 and 16 kHz and brought to the
level that `audio` states. Files are replaced whole, so nothing that is being played is cut.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from core.settings import Settings
from recordings.catalogue import Catalogue, load_catalogue
from recordings.configured import notice
from recordings.history import changing, read_history
from recordings.in_service import in_service
from recordings.making import FORMATS, draft, fingerprint, put, render
from recordings.manifest import Made, read_manifest, write_manifest
from recordings.music import build_music
from recordings.tts import make_voice

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did: sounds made anew, left as they were, removed.

    `strays` are recordings in config/prompts named for no prompt; of the prompts in `lost` the
    recording is gone from the home, so that their text is spoken instead.
    """

    made: int
    kept: int
    removed: int
    strays: tuple[Path, ...]
    lost: tuple[str, ...]
    seconds: float


def build_all(
    settings: Settings, greetings: Iterable[tuple[str, str]], progress: Progress
) -> BuildReport:
    """Bring the sounds folder up to the configuration, music on hold included.

    `greetings` are (language, prompt id) that callers hear while they already wait in a queue.
    `progress` is told how many sounds are done of how many to do. Raises ConfigError, SpeechFailed,
    PromptMissing; what was made until then is kept and not made again.
    """
    with changing(settings):
        return _build(settings, greetings, progress)


def _build(
    settings: Settings, greetings: Iterable[tuple[str, str]], progress: Progress
) -> BuildReport:
    started = time.monotonic()
    folder = settings.sounds_dir
    configured = load_catalogue(settings.config_dir)
    notice(settings, configured)
    catalogue, lost = in_service(settings, configured, read_history(settings))
    voice = make_voice(settings)
    known = read_manifest(folder)
    wanted = {key: fingerprint(prompt, voice) for key, prompt in catalogue.prompts.items()}
    stale = [key for key in wanted if not _is_current(folder, key, known.get(key), wanted[key])]
    removed = _remove(folder, known, catalogue)
    try:
        for done, key in enumerate(stale, 1):
            rendered = render(catalogue.prompts[key], voice)
            put(draft(folder, rendered))
            known[key] = rendered.made
            progress(done, len(stale))
    finally:
        write_manifest(folder, known)
    build_music(folder, greetings)
    return BuildReport(
        made=len(stale),
        kept=len(wanted) - len(stale),
        removed=removed,
        strays=catalogue.strays,
        lost=lost,
        seconds=time.monotonic() - started,
    )


def _is_current(folder: Path, key: str, made: Made | None, wanted: str) -> bool:
    if made is None or made.fingerprint != wanted:
        return False
    return all((folder / f"{key}{extension}").is_file() for extension in FORMATS)


def _remove(folder: Path, known: dict[str, Made], catalogue: Catalogue) -> int:
    """Remove sounds whose prompt is gone, so that no flow can go on playing them unnoticed."""
    gone = [key for key in known if key not in catalogue.prompts]
    for key in gone:
        for extension in FORMATS:
            (folder / f"{key}{extension}").unlink(missing_ok=True)
        del known[key]
    return len(gone)
