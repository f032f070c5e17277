"""A prompt's text as the speech engine must read it: placeholders filled, every figure in words.

Engines read figures by their own taste (12345 as a quantity, 110 as a hundred and ten). After
this no figure is left for them to guess at.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, time

from core.errors import HotlineError
from recordings import mandarin
from recordings.spoken import Tongue, Value, digit_words, tongue, words

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
# English words inside a Mandarin text ("For English, press 8") keep English figures.
_LATIN_RUN = re.compile(r"([A-Za-z][A-Za-z0-9 ,.'-]*[A-Za-z0-9])")
_FIGURE = re.compile(
    r"(?P<date>(?<!\d)\d{4}-\d{1,2}-\d{1,2}(?!\d))"
    r"|(?P<time>(?<!\d)\d{1,2}[:：]\d{2}(?!\d))"
    r"|(?P<year>(?<!\d)\d{4})年"
    r"|(?P<percent>\d+(?:\.\d+)?)%"
    r"|(?P<fraction>\d+\.\d+)"
    r"|(?P<thousands>\d{1,3}(?:,\d{3})+(?!\d))"
    r"|(?P<ordinal>(?<=第)\d+)"
    rf"|(?P<amount>\d+)(?P<measure>{mandarin.MEASURES})"
    r"|(?P<range>(?<=\d)[-~–](?=\d{1,2}(?!\d)))"
    # One or two digits are a key or a count; longer ones, or with a 0 first, name something.
    r"|(?P<name>\d{3,}|0\d)"
    r"|(?P<count>\d+)"
)


class UnknownPlaceholder(HotlineError):
    """A prompt's text names a value that nobody gives."""

    slug = "unknown-placeholder"

    def __init__(self, name: str, known: Mapping[str, Value]) -> None:
        may = f"It may hold: {', '.join(known)}." if known else "This text may hold none."
        super().__init__(f"The placeholder {{{name}}} has no value here. {may}")


def normalise(text: str, lang: str, values: Mapping[str, Value] | None = None) -> str:
    """Return the text with placeholders filled and figures in words.

    A placeholder's value is said by its type (see `spoken.words`). Raises UnknownPlaceholder and
    UnknownLanguage.
    """
    tongue(lang)
    clean = " ".join(_printable(text).split())
    filled = _PLACEHOLDER.sub(lambda found: _fill(found[1], values or {}, lang), clean)
    if lang == "en":
        return _figures(filled, "en")
    runs = _LATIN_RUN.split(filled)
    return "".join(_figures(run, "en" if odd % 2 else "zh") for odd, run in enumerate(runs))


def by_language(text: str, lang: str) -> list[tuple[str, str]]:
    """Cut a text in words into runs of one language: whole English phrases inside Mandarin.

    A single foreign word stays where it is.
    """
    runs: list[tuple[str, str]] = []
    for odd, run in enumerate(_LATIN_RUN.split(text) if lang == "zh" else [text]):
        if odd % 2 and " " in run:
            runs.append(("en", run))
        elif runs and runs[-1][0] == lang:
            runs[-1] = (lang, runs[-1][1] + run)
        else:
            runs.append((lang, run))
    return [(name, run) for name, run in runs if any(c.isalnum() for c in run)]


def _printable(text: str) -> str:
    """Write full-width digits plainly and control characters as blanks: an engine may obey them."""
    return "".join(
        " " if unicodedata.category(c) == "Cc" else c
        for c in text.translate({0xFF10 + digit: str(digit) for digit in range(10)})
    )


def _fill(name: str, values: Mapping[str, Value], lang: str) -> str:
    if name not in values:
        raise UnknownPlaceholder(name, values)
    return words(values[name], lang)


def _figures(text: str, lang: str) -> str:
    return _FIGURE.sub(lambda figure: _say(figure, lang), text)


def _say(figure: re.Match[str], lang: str) -> str:
    """Say one figure; what cannot be the date, time or quantity it looks like is said by digits."""
    rules = tongue(lang)
    kind = figure.lastgroup or "name"
    if kind == "range":
        return rules.TO
    try:
        return rules.join(_words(kind, figure, rules))
    except ValueError:
        return words(figure[0], lang)


def _words(kind: str, figure: re.Match[str], rules: Tongue) -> Sequence[str]:
    found = figure[kind]
    match kind:
        case "date":
            year, month, day = map(int, found.split("-"))
            return rules.full_date(date(year, month, day))
        case "time":
            hour, minute = map(int, re.split("[:：]", found))
            return rules.clock(time(hour, minute))
        case "year":
            return rules.year(int(found))
        case "percent":
            share = rules.fraction(found) if "." in found else rules.number(int(found))
            return rules.percent(share)
        case "fraction":
            return rules.fraction(found)
        case "measure":
            return mandarin.amount(int(figure["amount"]), found)
        case "name":
            return digit_words(found, rules)
        case _:
            return rules.number(int(found.replace(",", "")))
