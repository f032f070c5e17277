"""How a phone number is shown to somebody who has no need to know it: `138****0000`.

The one place for this rule; the API and the command line print no number by any other way.
"""

from core.phone import plain_number

_HIDDEN_AT_LEAST = 4
_SHOWN_AT_MOST = 7


def mask_phone(raw: str | None) -> str | None:
    """Keep the first three and last four digits; of a short number less, so that four stay hidden.

    Text that is no phone number is hidden whole, since nobody knows what it says. None and the
    empty text stay None: there was no number.
    """
    if raw is None or not raw.strip():
        return None
    number = plain_number(raw)
    if number is None:
        return "*" * _HIDDEN_AT_LEAST
    shown = min(_SHOWN_AT_MOST, max(0, len(number) - _HIDDEN_AT_LEAST))
    head = shown // 2
    tail = shown - head
    return number[:head] + "*" * (len(number) - shown) + number[len(number) - tail :]
