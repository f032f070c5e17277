"""A variable's text as the ids of the recorded pieces that say it."""

from datetime import date, time
from enum import StrEnum

from recordings.spoken import date_pieces, digits_pieces, number_pieces, time_pieces

_LONGEST = 32


class ValueKind(StrEnum):
    """How a text is to be said."""

    NUMBER = "number"
    DIGITS = "digits"
    DATE = "date"
    TIME = "time"


def pieces(kind: ValueKind, text: str, language: str) -> list[str]:
    """Return piece ids in spoken order; nothing when the text is no such value.

    Numbers are decimal digits, dates `2026-08-31`, times `14:30`.
    """
    if not text.isascii() or len(text) > _LONGEST:
        return []
    try:
        match kind:
            case ValueKind.NUMBER:
                return number_pieces(int(text), language) if text.isdigit() else []
            case ValueKind.DIGITS:
                return digits_pieces(text, language)
            case ValueKind.DATE:
                return date_pieces(date.fromisoformat(text), language)
            case ValueKind.TIME:
                return time_pieces(time.fromisoformat(text), language)
    except ValueError:
        return []
