"""One spelling for each phone number, whatever the trunk, the flow or a citizen made of it.

Used wherever two numbers must be compared: a caller and their ticket, a missed call and its answer.
"""

import re
import unicodedata

_SEPARATORS = re.compile(r"[\s\-./()]+")
_NUMBER = re.compile(r"\+?[0-9]{3,20}")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_HOME_PREFIX = re.compile(r"(?:\+86|0086)0?|86(?=1[3-9][0-9]{9}$)|0(?=1[3-9][0-9]{9}$)")


def plain_number(raw: str | None) -> str | None:
    """Return the digits as dialled inside China, or None when the text is no phone number.

    `+86 138-0000-0000` and `013800000000` are both `13800000000`; `+86 635 8200001` is
    `06358200001`. Anything but digits and separators is refused, never picked apart: the digits
    inside `138' OR 1=1` belong to nobody.
    """
    if raw is None:
        return None
    compact = _SEPARATORS.sub("", unicodedata.normalize("NFKC", raw[:64]))
    if not _NUMBER.fullmatch(compact):
        return None
    return _as_dialled_at_home(compact)


def _as_dialled_at_home(number: str) -> str:
    prefix = _HOME_PREFIX.match(number)
    if prefix is None:
        return number.replace("+", "00")
    rest = number[prefix.end() :]
    if _MOBILE.fullmatch(rest) or not prefix.group().startswith(("+86", "0086")):
        return rest
    return f"0{rest}"
