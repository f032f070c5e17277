"""What exists on this hotline for flows to name: prompts in each language, queues, partners."""

from collections.abc import Mapping
from dataclasses import dataclass

from recordings.news_music import NEWS
from recordings.spoken import LANGUAGES


@dataclass(frozen=True, slots=True)
class Inventory:
    """Names as sets; `prompts` by language, `calendars` those of hours.toml."""

    prompts: Mapping[str, frozenset[str]]
    queues: frozenset[str]
    partners: frozenset[str]
    calendars: frozenset[str] = frozenset({"line"})


class _Everything(frozenset[str]):
    """Holds whatever is looked for."""

    def __contains__(self, item: object) -> bool:
        return True


# For a version that was checked when it was new: it runs also when the configuration has changed
# or is in trouble, and what is really missing shows at the one call that needs it.
UNJUDGED = Inventory(
    prompts=dict.fromkeys(LANGUAGES, _Everything()),
    queues=_Everything(),
    partners=_Everything(),
    calendars=_Everything(),
)


def music_class(language: str, greeting: str, news: bool = False) -> str:
    """Return the switch's name for "this greeting first, then what is on air, then music"."""
    first = f"{language}-{greeting}" if greeting else language
    return f"{first}{NEWS}" if news else first


def first_of_music(name: str) -> list[str]:
    """Return what a class of music begins with, as language/prompt."""
    plain = name.removesuffix(NEWS)
    language, _, greeting = plain.partition("-")
    said = [f"{language}/{greeting}"] if greeting else []
    return [*said, f"{language}/news"] if name.endswith(NEWS) else said
