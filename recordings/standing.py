"""How every prompt stands: what is heard, since when, by whom, and whether it still says its text.

For lists (command line, API) and for the lint of call flows: `standings(settings)[key].is_stale` is
the fact "the text was changed, but its recording is older", key being language/prompt id.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from core.settings import Settings
from recordings.catalogue import Prompt, load_catalogue
from recordings.history import read_history
from recordings.manifest import Made, read_manifest
from recordings.versions import Record, Source, Version, text_hash


@dataclass(frozen=True, slots=True)
class Standing:
    """One prompt of the configuration. `seconds` is None until its sound is made."""

    prompt: Prompt
    record: Record
    seconds: float | None

    @property
    def current(self) -> Version:
        """The version in service: its source, number, text, who made it and when."""
        return self.record.current

    @property
    def heard_hash(self) -> str:
        """Hash of the text that the version in service was made for."""
        return text_hash(self.current.text)

    @property
    def wanted(self) -> str:
        """The text that callers should hear: said last, or written in the configuration since."""
        return self.record.wanted(self.prompt.wording)

    @property
    def is_stale(self) -> bool:
        """Whether a recording is in service that was made for another text than the wanted."""
        return self.current.source is not Source.TTS and self.current.text != self.wanted


def standings(settings: Settings) -> dict[str, Standing]:
    """Return every prompt by key, in the order of their numbers for the phone.

    Prompts that `./hotline up` has not met yet are left out. Raises ConfigError.
    """
    catalogue, history = load_catalogue(settings.config_dir), read_history(settings)
    made = read_manifest(settings.sounds_dir)
    return dict(
        sorted(
            (
                (key, _standing(prompt, history[key], made))
                for key, prompt in catalogue.prompts.items()
                if key in history and history[key].versions
            ),
            key=lambda item: item[1].record.slot,
        )
    )


def _standing(prompt: Prompt, record: Record, made: Mapping[str, Made]) -> Standing:
    sound = made.get(prompt.key)
    return Standing(prompt, record, sound.seconds if sound else None)
