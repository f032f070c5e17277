"""Numbers, dates and times as the words that English says, in order; `spoken` uses it.

Every word is also the name of a recorded piece in `PIECES`, as in `mandarin`.
"""

from collections.abc import Mapping, Sequence
from datetime import date, time

DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_TEENS = [
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen",
    "eighteen", "nineteen",
]  # fmt: skip
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_UNDER_20 = [*DIGITS, *_TEENS]
_MAGNITUDES = ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))
_MONTHS = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
]  # fmt: skip
_ORDINALS = [
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
    "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth",
    "seventeenth", "eighteenth", "nineteenth", "twentieth",
]  # fmt: skip
_UNITS = ["day", "days", "hour", "hours", "minute", "minutes", "seconds"]
PAUSE = ","
TO = " to "
LIMIT = 10**12

PIECES: Mapping[str, str] = {
    **{word: f"d{value}" for value, word in enumerate(DIGITS)},
    **{word: word for word in (*_TEENS, *_TENS, *_ORDINALS, "thirtieth", *_UNITS)},
    **{word: word.lower() for word in _MONTHS},
    **{word: word for _, word in _MAGNITUDES},
    "minus": "minus",
    "and": "and",
    "oh": "oh",
    "a.m.": "am",
    "p.m.": "pm",
    PAUSE: "pause",
}


def number(value: int) -> list[str]:
    """Say a whole number as a quantity: 105 is one hundred and five."""
    if value < 0:
        return ["minus", *number(-value)]
    if value >= LIMIT:
        raise ValueError(f"{value} is too large to be said as a quantity")
    return _magnitudes(value) or ["zero"]


def _magnitudes(value: int) -> list[str]:
    for size, word in _MAGNITUDES:
        if value >= size:
            head, rest = divmod(value, size)
            link = ["and"] if 0 < rest < 100 else []
            return [*_magnitudes(head), word, *link, *_magnitudes(rest)]
    if value >= 20:
        tens, ones = divmod(value, 10)
        return [_TENS[tens - 2], *_magnitudes(ones)]
    return [_UNDER_20[value]] if value else []


def digits(text: str) -> list[str]:
    """Say the decimal digits of a text one by one."""
    return [DIGITS[int(d)] for d in text]


def fraction(text: str) -> list[str]:
    """Say a decimal number such as 2.73."""
    whole, _, rest = text.partition(".")
    return [*number(int(whole)), "point", *digits(rest)]


def percent(words: Sequence[str]) -> list[str]:
    """Say a share in hundredths."""
    return [*words, "percent"]


def year(value: int) -> list[str]:
    """Say a year in pairs: twenty twenty-six; two thousand and five."""
    century, rest = divmod(value, 100)
    if century % 10 == 0 and rest < 10:
        return number(value)
    if rest == 0:
        return [*number(century), "hundred"]
    return [*number(century), *(["oh"] if rest < 10 else []), *number(rest)]


def day(value: date) -> list[str]:
    """Say month and day: May twenty-first."""
    return [_MONTHS[value.month - 1], *_ordinal(value.day)]


def full_date(value: date) -> list[str]:
    """Say month, day and year."""
    return [*day(value), *year(value.year)]


def _ordinal(value: int) -> list[str]:
    if value <= 20:
        return [_ORDINALS[value - 1]]
    if value == 30:
        return ["thirtieth"]
    tens, ones = divmod(value, 10)
    return [_TENS[tens - 2], _ORDINALS[ones - 1]]


def clock(value: time) -> list[str]:
    """Say hour and minute on twelve hours: nine oh five a.m."""
    half = "a.m." if value.hour < 12 else "p.m."
    minute = [*(["oh"] if value.minute < 10 else []), *number(value.minute)]
    return [*number(value.hour % 12 or 12), *(minute if value.minute else []), half]


def duration(days: int, hours: int, minutes: int, seconds: int) -> list[str]:
    """Say how long: two hours five minutes. Parts that are zero are left out."""
    parts = ((days, "day"), (hours, "hour"), (minutes, "minute"), (seconds, "second"))
    words: list[str] = []
    for count, unit in parts:
        if count:
            words += [*number(count), unit if count == 1 else f"{unit}s"]
    return words or ["zero", "seconds"]


def join(words: Sequence[str]) -> str:
    """Write words as one text; tens and ones are joined by a hyphen."""
    text = ""
    for before, word in zip(["", *words], words, strict=False):
        hyphen = before in _TENS and word in (*DIGITS[1:], *_ORDINALS[:9])
        text += "" if not before or word == PAUSE else "-" if hyphen else " "
        text += word
    return text
