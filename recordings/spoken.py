"""Numbers, phone numbers, codes, dates and times as people say them, in Mandarin and English.

Call flows use the `…_pieces` functions: recorded pieces say any value while a call lasts, without
a speech engine. Prompts use `words` when a value is known before the prompt is made.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta
from typing import Protocol

from core.errors import HotlineError
from recordings import english, mandarin

LANGUAGES = ("zh", "en")

# What a value is decides how it is said: text digit by digit, a number as a quantity.
Value = str | int | date | time | timedelta

# Where people pause in numbers of these lengths: codes 3-3, landlines 4-4, mobiles 3-4-4.
_GROUPS = {6: (3, 3), 7: (3, 4), 8: (4, 4), 11: (3, 4, 4), 12: (4, 4, 4)}
_LANDLINE_WITH_AREA = (4, 3, 4)
# Nobody in the country says it when giving a number.
_COUNTRY_CODE = re.compile(r"^\s*(?:\+|00)86")


class UnknownLanguage(HotlineError):
    """Nothing is spoken in this language here."""

    slug = "unknown-language"

    def __init__(self, lang: str) -> None:
        super().__init__(f"Language {lang!r} is not spoken here. Use one of: zh, en.")


class Tongue(Protocol):
    """What `mandarin` and `english` have in common: each returns words in spoken order."""

    PIECES: Mapping[str, str]
    PAUSE: str
    TO: str

    def number(self, value: int) -> list[str]:
        """Say a quantity. Raises ValueError when it is too large to be said."""
        ...

    def digits(self, text: str) -> list[str]:
        """Say decimal digits one by one."""
        ...

    def fraction(self, text: str) -> list[str]:
        """Say a decimal number."""
        ...

    def percent(self, words: Sequence[str]) -> list[str]:
        """Say a share in hundredths."""
        ...

    def year(self, value: int) -> list[str]:
        """Say a year."""
        ...

    def day(self, value: date) -> list[str]:
        """Say month and day."""
        ...

    def full_date(self, value: date) -> list[str]:
        """Say year, month and day in the language's order."""
        ...

    def clock(self, value: time) -> list[str]:
        """Say hour and minute with the part of the day."""
        ...

    def duration(self, days: int, hours: int, minutes: int, seconds: int) -> list[str]:
        """Say how long, without the parts that are zero."""
        ...

    def join(self, words: Sequence[str]) -> str:
        """Write words as one text."""
        ...


_TONGUES: Mapping[str, Tongue] = {"zh": mandarin, "en": english}


def tongue(lang: str) -> Tongue:
    """Return the language's own rules. Raises UnknownLanguage."""
    try:
        return _TONGUES[lang]
    except KeyError:
        raise UnknownLanguage(lang) from None


def words(value: Value, lang: str) -> str:
    """Write a value as it is said: "8013" 八零幺三, 2000 两千, 14:30 下午两点半."""
    rules = tongue(lang)
    match value:
        case str():
            return rules.join(digit_words(value, rules))
        case int():
            return rules.join(rules.number(value))
        case time():
            return rules.join(rules.clock(value))
        case timedelta():
            return rules.join(_duration_words(value, rules))
        case date():
            return rules.join(rules.full_date(value))


def number_pieces(value: int, lang: str) -> list[str]:
    """Return the piece ids that say a quantity. Raises ValueError beyond a million million."""
    rules = tongue(lang)
    return _ids(rules.number(value), rules)


def digits_pieces(text: str, lang: str) -> list[str]:
    """Return the piece ids that say a phone number or a code digit by digit, with pauses.

    Everything but the digits 0-9 is passed over, so a caller's number of any shape is safe.
    """
    rules = tongue(lang)
    return _ids(digit_words(text, rules), rules)


def date_pieces(value: date, lang: str, *, with_year: bool = False) -> list[str]:
    """Return the piece ids that say month and day, on request with the year."""
    rules = tongue(lang)
    return _ids(rules.full_date(value) if with_year else rules.day(value), rules)


def time_pieces(value: time, lang: str) -> list[str]:
    """Return the piece ids that say hour and minute with the part of the day."""
    rules = tongue(lang)
    return _ids(rules.clock(value), rules)


def duration_pieces(value: timedelta, lang: str) -> list[str]:
    """Return the piece ids that say how long, to the second."""
    rules = tongue(lang)
    return _ids(_duration_words(value, rules), rules)


def piece_texts(lang: str) -> dict[str, str]:
    """Return id and text of every piece of a language; an empty text is a short silence."""
    rules = tongue(lang)
    return {piece: "" if word == rules.PAUSE else word for word, piece in rules.PIECES.items()}


def digit_words(text: str, rules: Tongue) -> list[str]:
    """Return the words for the digits of a text, with a pause between groups."""
    digits = "".join(c for c in _COUNTRY_CODE.sub("", text) if c in "0123456789")
    spoken: list[str] = []
    for group in _groups(digits):
        spoken += [*([rules.PAUSE] if spoken else []), *rules.digits(group)]
    return spoken


def _ids(spoken: Sequence[str], rules: Tongue) -> list[str]:
    return [rules.PIECES[word] for word in spoken]


def _groups(digits: str) -> list[str]:
    """Cut a number where people pause; lengths nobody has a habit for are said in fours."""
    sizes: Sequence[int] = _GROUPS.get(len(digits), ())
    if len(digits) == 11 and digits.startswith("0"):
        sizes = _LANDLINE_WITH_AREA
    if not sizes:
        sizes = [4] * (len(digits) // 4 + 1) if len(digits) > 5 else [5]
    groups, start = [], 0
    for size in sizes:
        groups.append(digits[start : start + size])
        start += size
    return [group for group in groups if group]


def _duration_words(value: timedelta, rules: Tongue) -> list[str]:
    seconds = max(0, round(value.total_seconds()))
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return rules.duration(days, hours, minutes, seconds)
