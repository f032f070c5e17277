"""Where the sounds of prompts are, for whoever plays them; `build` makes them.

Cheap to import: call flows look prompts up while a citizen waits.
"""

import re
from collections.abc import Mapping

from core.errors import HotlineError
from core.settings import Settings
from recordings.manifest import Made, read_manifest

_KEY = re.compile(r"[a-z0-9]+(?:[-/][a-z0-9]+)*")
_LONGEST_KEY = 120


class PromptMissing(HotlineError):
    """There is no sound for this prompt."""

    slug = "prompt-missing"

    def __init__(self, prompt_id: str, lang: str) -> None:
        super().__init__(
            f"Prompt {prompt_id[:80]!r} has no sound in language {lang!r}. Write its text in "
            "config/prompts.toml, then run ./hotline up."
        )
        self.prompt_id = prompt_id
        self.lang = lang


class Prompts:
    """The sounds of one hotline."""

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.sounds_dir.absolute()
        self._made: Mapping[str, Made] = {}

    def path(self, prompt_id: str, lang: str) -> str:
        """Return the absolute path without extension, as the switch wants it. PromptMissing."""
        if not self.exists(prompt_id, lang):
            raise PromptMissing(prompt_id, lang)
        return str(self._folder / lang / prompt_id)

    def exists(self, prompt_id: str, lang: str) -> bool:
        """Whether the sound is there to be played."""
        key = f"{lang}/{prompt_id}"
        is_key = len(key) <= _LONGEST_KEY and _KEY.fullmatch(key) is not None
        return is_key and (self._folder / f"{key}.wav").is_file()

    def duration(self, prompt_id: str, lang: str) -> float:
        """Return how many seconds the sound lasts. Raises PromptMissing."""
        key = f"{lang}/{prompt_id}"
        if key not in self._made:
            self._made = read_manifest(self._folder)
        try:
            return self._made[key].seconds
        except KeyError:
            raise PromptMissing(prompt_id, lang) from None
