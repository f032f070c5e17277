"""Whether a recording is one: it opens, is about as long as the talk, and is not silent."""

import wave
from pathlib import Path

# What a recording may be shorter than its talk.
SLACK_SECONDS = 2.0
# Looked at here and there: a talk whose every glimpse is digital silence was not recorded.
_GLIMPSES, _FRAMES = 64, 2000


def fault_of(path: Path, talk_seconds: float) -> str | None:
    """Say what is wrong with a recording, None when nothing is."""
    try:
        with wave.open(str(path)) as sound:
            frames, rate = sound.getnframes(), sound.getframerate()
            if frames / rate < talk_seconds - SLACK_SECONDS:
                return f"is {frames / rate:.0f} s long, the talk {talk_seconds:.0f} s"
            return None if _is_heard(sound, frames) else "is silent"
    except FileNotFoundError:
        return "is gone"
    except (OSError, EOFError, wave.Error):
        return "does not open"


def _is_heard(sound: wave.Wave_read, frames: int) -> bool:
    for glimpse in range(_GLIMPSES):
        sound.setpos(frames * glimpse // _GLIMPSES)
        if any(sound.readframes(_FRAMES)):
            return True
    return False
