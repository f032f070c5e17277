"""Bytes that the switch wrote, as text that a database will take.

Caller-controlled fields reach us in any encoding: UTF-8, the GBK of old phones, or noise.
"""

import re

_UID = re.compile(r"(?:[\w.-]{1,40}-)?[0-9]{9,11}\.[0-9]{1,10}", re.ASCII)


def readable(raw: bytes) -> str:
    """Return the bytes as text, never failing: UTF-8, else GB 18030, else what can be saved.

    NUL, which PostgreSQL refuses in text, is shown as the sign made for it.
    """
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = _other_encoding(raw)
    return text.replace("\0", "␀") if "\0" in text else text


def _other_encoding(raw: bytes) -> str:
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError:
        return raw.decode(errors="replace")


def plausible_instant(text: str) -> float | None:
    """Return epoch seconds, or None when the text is no time of this century."""
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if 946_684_800 <= seconds < 4_102_444_800 else None


def call_uid(text: str) -> str:
    """Return the text when it is a channel's unique id, '' when it names no call (NONE, CLI, …)."""
    return text if _UID.fullmatch(text) else ""
