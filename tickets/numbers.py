"""Ticket numbers and the citizen's query codes: how they are written and checked.

A number is `LC`, the local day as yyMMdd, the day's sequence in six digits and a Luhn digit, so
that a slip of the tongue on the phone is caught. The sequence is allocated in `repository`.
"""

import re
import secrets
from datetime import date

PREFIX = "LC"

_NUMBER = re.compile(rf"{PREFIX}[0-9]{{13,}}")
_CODE = re.compile(r"[0-9]{6}")


def ticket_number(day: date, sequence: int) -> str:
    """Write the number of a local day's n-th ticket, from 1; the millionth is a digit longer."""
    digits = f"{day:%y%m%d}{sequence:06d}"
    return f"{PREFIX}{digits}{luhn_digit(digits)}"


def is_ticket_number(text: str) -> bool:
    """Whether the text has the form of a number and its check digit agrees."""
    return bool(_NUMBER.fullmatch(text)) and luhn_digit(text[len(PREFIX) : -1]) == int(text[-1])


def luhn_digit(digits: str) -> int:
    """Return the Luhn check digit of a string of decimal digits (ISO/IEC 7812-1)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return -total % 10


def is_query_code(text: str | None) -> bool:
    """Whether the text is a query code (查询码): six decimal digits."""
    return text is not None and bool(_CODE.fullmatch(text))


def new_query_code() -> str:
    """Draw a query code nobody can foresee; it is unique only together with the caller's number."""
    return f"{secrets.randbelow(1_000_000):06d}"
