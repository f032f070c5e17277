"""The speech port: a voice turns a text into sound; `build` asks it for each prompt.

The built-in voice is espeak-ng 1.52 from the espeakng-loader package, in this process: Debian 12's
own 1.51 reads Mandarin as gibberish. A city names its own engine in the setting `tts_command`.
"""

import ctypes
import re
import shlex
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import espeakng_loader

from core.errors import HotlineError
from core.settings import Settings
from recordings.audio import Sound, load

# Words a minute as espeak counts them: about 4.4 characters a second in Mandarin, and a calm
# English for people who are not at home in it. Single words are heard without the help of a
# sentence (digits of a code, parts of a date) and are said slower.
_RATES: Mapping[str, int] = {"zh": 210, "en": 165}
_WORD_RATES: Mapping[str, int] = {"zh": 130, "en": 140}
_WORD_LENGTH: Mapping[str, int] = {"zh": 2, "en": 12}
# Readings that espeak gets wrong, mended by a word that sounds right (为 is wéi here).
_RESPELLINGS: Mapping[str, str] = {"码为": "码维"}
_VOICES: Mapping[str, bytes] = {"zh": b"cmn", "en": b"en"}

_SYNCHRONOUS = 2
_NEVER_EXIT = 0x8000
_UTF8 = 1
_RATE_PARAMETER = 1
_COMMAND_TIMEOUT = 120

_OnSamples = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


class SpeechFailed(HotlineError):
    """A voice could not speak a text; the message says why and what to do."""

    slug = "speech-failed"


class Voice(Protocol):
    """One speech engine. Its `identity` changes when the same text would sound different."""

    @property
    def identity(self) -> str:
        """Name engine, version and manner."""
        ...

    def speak(self, text: str, lang: str) -> Sound:
        """Return the text as 16-bit mono sound. Raises SpeechFailed."""
        ...


def make_voice(settings: Settings) -> Voice:
    """Return the voice that the settings name."""
    return CommandVoice(settings.tts_command) if settings.tts_command else Espeak()


class Espeak:
    """The built-in voice. The library has one global state, so one text is spoken at a time."""

    _lock = threading.Lock()

    def __init__(self) -> None:
        with self._lock:
            self._library, self._rate, version = _open_espeak()
        self.identity = f"espeak-ng {version} {_VOICES} {_RATES} {_WORD_RATES} {_RESPELLINGS}"

    def speak(self, text: str, lang: str) -> Sound:
        """Return the text as sound of the library's rate (22 050 Hz). Raises SpeechFailed."""
        samples = bytearray()

        def collect(chunk: "ctypes._Pointer[ctypes.c_short]", count: int, _events: int) -> int:
            if count > 0:
                samples.extend(ctypes.string_at(chunk, count * 2))
            return 0

        callback = _OnSamples(collect)
        with self._lock:
            self._library.espeak_SetSynthCallback(callback)
            self._prepare(lang, is_word=len(text) <= _WORD_LENGTH[lang])
            encoded = _respell(text).encode() + b"\0"
            status = self._library.espeak_Synth(
                encoded, ctypes.c_size_t(len(encoded)), 0, 1, 0, _UTF8, None, None
            )
        if status != 0 or not samples:
            raise SpeechFailed(f"espeak-ng could not speak {text[:40]!r} ({lang}).")
        return Sound(bytes(samples), self._rate)

    def _prepare(self, lang: str, *, is_word: bool) -> None:
        if self._library.espeak_SetVoiceByName(_VOICES[lang]) != 0:
            raise SpeechFailed(f"espeak-ng has no voice {_VOICES[lang].decode()!r}.")
        rate = _WORD_RATES[lang] if is_word else _RATES[lang]
        self._library.espeak_SetParameter(_RATE_PARAMETER, rate, 0)


def _respell(text: str) -> str:
    for written, sounding in _RESPELLINGS.items():
        text = text.replace(written, sounding)
    # The library reads up to a zero byte; one inside would silently end the prompt.
    return text.replace("\0", " ")


@lru_cache(maxsize=1)
def _open_espeak() -> tuple[ctypes.CDLL, int, str]:
    """Open the library once in this process; return it with its sample rate and version."""
    library = espeakng_loader.load_library()
    if library is None:
        raise SpeechFailed(
            "The built-in voice cannot be opened. Run ./hotline up to install it again, or set "
            "HOTLINE_TTS_COMMAND to another engine."
        )
    data = str(espeakng_loader.get_data_path()).encode()
    rate = library.espeak_Initialize(_SYNCHRONOUS, 0, data, _NEVER_EXIT)
    if rate <= 0:
        raise SpeechFailed("The built-in voice found no language data. Run ./hotline up again.")
    library.espeak_Info.restype = ctypes.c_char_p
    return library, rate, library.espeak_Info(None).decode()


@dataclass(frozen=True, slots=True)
class CommandVoice:
    """Any engine that a command line starts, with {text}, {lang} and {out} (a WAV file) in it.

    No shell reads the line, so a text can never become a command.
    """

    command: str

    def __post_init__(self) -> None:
        for name in ("{text}", "{out}"):
            if name not in self.command:
                raise SpeechFailed(f"HOTLINE_TTS_COMMAND must hold {name}: {self.command}")

    @property
    def identity(self) -> str:
        """The command line itself."""
        return self.command

    def speak(self, text: str, lang: str) -> Sound:
        """Return what the command wrote. Raises SpeechFailed with the command's own last words."""
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "speech.wav"
            values = {"text": text, "lang": lang, "out": str(out)}
            self._run([_fill(part, values) for part in shlex.split(self.command)])
            if not out.exists():
                raise SpeechFailed(f"The speech command wrote no file: {self.command}")
            return load(out)

    def _run(self, line: list[str]) -> None:
        try:
            done = subprocess.run(  # noqa: S603 - the admin's own engine, no shell
                line, capture_output=True, timeout=_COMMAND_TIMEOUT, check=False
            )
        except FileNotFoundError:
            raise SpeechFailed(f"The speech command {line[0]!r} is not installed.") from None
        except subprocess.TimeoutExpired:
            raise SpeechFailed(f"The speech command took over {_COMMAND_TIMEOUT} s.") from None
        if done.returncode != 0:
            words = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no words"]
            raise SpeechFailed(f"The speech command failed ({done.returncode}): {words[0]}")


def _fill(part: str, values: Mapping[str, str]) -> str:
    """Fill one argument in one pass: a text that itself holds {out} stays as it is."""
    return re.sub(r"\{(text|lang|out)\}", lambda found: values[found[1]], part)
