"""Everything the hotline can say, read from the configuration; `build` makes the sounds of it.

Sentences come from prompts.toml, agents' numbers from agents.toml, pieces of numbers and the
switch's own digits from `spoken`; a recording in config/prompts/ replaces any of them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from core.errors import HotlineError
from recordings.normalise import normalise
from recordings.prompt_file import PromptFile, agent_numbers
from recordings.spoken import LANGUAGES, piece_texts, words

# app_queue composes a caller's position from these, by the rules of the switch's own say.c.
_SWITCH_NUMBERS = (*range(21), *range(30, 100, 10))
_SWITCH_WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {"hundred": "百", "thousand": "千", "minus": "负"},
    "en": {"hundred": "hundred", "thousand": "thousand", "minus": "minus", "and": "and"},
}


class Kind(StrEnum):
    """How a prompt is made."""

    SENTENCE = "sentence"
    PIECE = "piece"
    BEEP = "beep"


@dataclass(frozen=True, slots=True)
class Prompt:
    """One thing to say: its text in words, ready for a voice, or the recording that replaces it.

    `written` is the text as somebody wrote it, with figures as figures; "" where nobody did.
    """

    lang: str
    id: str
    text: str
    kind: Kind = Kind.SENTENCE
    recording: Path | None = None
    written: str = ""

    @property
    def wording(self) -> str:
        """The text for people to read."""
        return self.written or self.text

    @property
    def key(self) -> str:
        """Its place below the sounds folder, without extension."""
        return f"{self.lang}/{self.id}"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All prompts by key, and recordings that fit none of them."""

    prompts: Mapping[str, Prompt]
    strays: tuple[Path, ...]

    def exists(self, prompt_id: str, lang: str) -> bool:
        """Whether the hotline can say this, made already or not."""
        return f"{lang}/{prompt_id}" in self.prompts


def load_catalogue(config_dir: Path) -> Catalogue:
    """Read the configuration. Raises ConfigError with file, line and the mend."""
    file = PromptFile.read(config_dir / "prompts.toml")
    numbers = agent_numbers(config_dir / "agents.toml")
    prompts: dict[str, Prompt] = {}
    for lang in LANGUAGES:
        prompts |= {prompt.key: prompt for prompt in _built_in(lang)}
        for prompt in (*_sentences(file, lang), *_announcements(file, lang, numbers)):
            if prompt.key in prompts:
                raise file.fault(prompt.id, f"{prompt.id} is the name of a built-in piece.")
            prompts[prompt.key] = prompt
    return _with_recordings(prompts, config_dir / "prompts")


def _built_in(lang: str) -> Iterator[Prompt]:
    """Pieces of numbers, for us and for the switch, and the tone before a message."""
    yield Prompt(lang, "beep", "", Kind.BEEP)
    for piece, text in piece_texts(lang).items():
        yield Prompt(lang, piece, text, Kind.PIECE)
    for number in _SWITCH_NUMBERS:
        yield Prompt(lang, f"digits/{number}", words(number, lang), Kind.PIECE)
    for name, text in _SWITCH_WORDS[lang].items():
        yield Prompt(lang, f"digits/{name}", text, Kind.PIECE)


def _sentences(file: PromptFile, lang: str) -> Iterator[Prompt]:
    for prompt_id, text in file.sentences(lang).items():
        try:
            yield Prompt(lang, prompt_id, normalise(text, lang), written=text)
        except HotlineError as error:
            raise file.fault(prompt_id, str(error)) from error


def _announcements(file: PromptFile, lang: str, numbers: list[str]) -> Iterator[Prompt]:
    for number in numbers:
        try:
            text = normalise(file.agent_text(lang), lang, {"number": number})
        except HotlineError as error:
            raise file.fault(lang, str(error)) from error
        yield Prompt(lang, f"agent/{number}", text)


def _with_recordings(prompts: Mapping[str, Prompt], folder: Path) -> Catalogue:
    """Let each recording replace the prompt it is named after; the rest are strays."""
    replaced = dict(prompts)
    strays = []
    for lang in LANGUAGES:
        for path in sorted((folder / lang).rglob("*")):
            key = path.relative_to(folder).with_suffix("").as_posix()
            if not path.is_file() or path.name.startswith("."):
                continue
            if key in replaced:
                replaced[key] = replace(replaced[key], recording=path)
            else:
                strays.append(path)
    return Catalogue(replaced, tuple(strays))
