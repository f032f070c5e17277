"""What prompts say and how long they last, for whoever reads a flow without playing it.

Used by the lint and the simulator. Lengths are those of the sounds once `./hotline up` has made
them; before that they are guessed from the text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.settings import Settings
from recordings.history import read_history
from recordings.manifest import read_manifest
from recordings.prompt_file import PromptFile
from recordings.spoken import LANGUAGES, piece_texts

# Characters a second of calm announcements.
_PACE = {"zh": 4.5, "en": 14.0}


@dataclass(frozen=True, slots=True)
class Sounds:
    """Texts, and seconds where a sound is made, by key: language/prompt."""

    texts: Mapping[str, str]
    made: Mapping[str, float] = field(default_factory=dict)

    def text(self, key: str) -> str:
        """Return what is said; the key itself for a sound without a text of its own."""
        return self.texts.get(key, f"[{key}]")

    def seconds(self, key: str) -> float:
        """Return how long it lasts, at least a guess."""
        made = self.made.get(key)
        if made is not None:
            return made
        return len(self.texts.get(key, "")) / _PACE.get(key.partition("/")[0], _PACE["zh"])

    def unmade(self, key: str) -> bool:
        """Tell whether other sounds are made, but not this one."""
        return bool(self.made) and key not in self.made


def load_sounds(settings: Settings) -> Sounds:
    """Read texts and lengths. Raises ConfigError for a prompts.toml that cannot be read."""
    file = PromptFile.read(settings.config_dir / "prompts.toml")
    made = read_manifest(settings.sounds_dir)
    history = read_history(settings)
    texts = {
        key: history[key].heard(text) if key in history else text
        for key, text in sound_texts(file).items()
    }
    return Sounds(texts, {key: sound.seconds for key, sound in made.items()})


def sound_texts(file: PromptFile) -> dict[str, str]:
    """Return the texts of all sentences and pieces by key."""
    return {
        f"{language}/{prompt}": text
        for language in LANGUAGES
        for texts in (piece_texts(language), file.sentences(language))
        for prompt, text in texts.items()
    }
