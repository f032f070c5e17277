"""How a phone number is shown to somebody who has no need to know it: `138****0000`.

The one place for this rule; the API and the command line print no number by any other way.
"""

import re

from core.phone import plain_number

_HIDDEN_AT_LEAST = 4
_SHOWN_AT_MOST = 7

# Whole runs of six digits and more: numbers, query codes, what was keyed in. Spared are epoch
# seconds (ten digits from 1) and the parts of decimals, call uids among them.
_DIGITS = re.compile(r"(?<![0-9.])(?!1[0-9]{9}(?![0-9]))[0-9]{6,}(?![0-9]|\.[0-9])")
# Shorter text is too common: hiding a caller named "1" would hide the line.
_WORTH_HIDING = 6


def mask_phone(raw: str | None) -> str | None:
    """Keep the first three and last four digits; of a short number less, so that four stay hidden.

    Text that is no phone number is hidden whole, since nobody knows what it says. None and the
    empty text stay None: there was no number.
    """
    if raw is None or not raw.strip():
        return None
    number = plain_number(raw)
    return "*" * _HIDDEN_AT_LEAST if number is None else _mask_digits(number)


def mask_text(text: str, *known: str | None) -> str:
    """Mask every number in free text, such as a line of the switch's log.

    `known` are texts to hide wherever they stand, for numbers that are not written as bare digits.
    """
    for secret in known:
        if secret and len(secret) >= _WORTH_HIDING:
            text = text.replace(secret, mask_phone(secret) or "")
    return _DIGITS.sub(lambda run: _mask_digits(run.group()), text)


def _mask_digits(number: str) -> str:
    shown = min(_SHOWN_AT_MOST, max(0, len(number) - _HIDDEN_AT_LEAST))
    head = shown // 2
    tail = shown - head
    return number[:head] + "*" * (len(number) - shown) + number[len(number) - tail :]
