"""What travels over the manager interface: headers in, headers out, nothing lost and nothing added.

Used by `ami_wire`; the rest of the house sees `Event` and `Response` only.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from panoramisk.message import Message

from telephony.ami_errors import AmiBadHeader

HeaderValue = str | int | float | bool | list[str]

LINE_LIMIT = 1000
"""Bytes in one header line. Asterisk gives up at 1024 and answers without the ActionID, so that the
one who asked would wait in vain."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_BREAKS = re.compile(r"[\r\n\0]")


@dataclass(frozen=True, slots=True)
class Headers:
    """Headers of one message; names in any case, absent ones read as the empty text."""

    headers: Mapping[str, str | list[str]]

    def __getitem__(self, name: str) -> str:
        return next(iter(self.all(name)), "")

    def all(self, name: str) -> list[str]:
        """Every value of a header that may repeat, in order."""
        value = self.headers.get(name, [])
        return value if isinstance(value, list) else [value]

    def number(self, name: str) -> int:
        """Return a whole number; 0 when the switch wrote none."""
        text = self[name]
        return int(text) if re.fullmatch(r"-?[0-9]{1,18}", text) else 0


@dataclass(frozen=True, slots=True)
class Event(Headers):
    """Something that happened in the switch, or one item of a list that was asked for."""

    @property
    def name(self) -> str:
        """The kind of event, as `QueueMemberStatus`."""
        return self["Event"]


@dataclass(frozen=True, slots=True)
class Response(Headers):
    """The switch's answer to one action."""

    @property
    def success(self) -> bool:
        """Whether the switch accepted the action."""
        return self["Response"] in ("Success", "Goodbye")

    @property
    def message(self) -> str:
        """The switch's own sentence."""
        return self["Message"]

    @property
    def opens_list(self) -> bool:
        """Whether events that belong to this answer follow it."""
        return self["EventList"].lower() == "start" or self.message.endswith("will follow")


def read_message(block: bytes) -> Message | None:
    """Read one message, the bytes between two blank lines; None when it is none.

    Bytes that are not UTF-8 (a caller's name in GBK) become U+FFFD, the message stays. Empty values
    are kept: an empty account code and an absent one are different facts.
    """
    headers: dict[str, str | list[str]] = {}
    for line in block.decode("utf-8", "replace").split("\r\n"):
        name, colon, value = line.partition(":")
        if colon:
            _add(headers, name, value.removeprefix(" "))
    message = Message(headers)
    return message if "Event" in message or "Response" in message else None


def _add(headers: dict[str, str | list[str]], name: str, value: str) -> None:
    before = headers.get(name)
    if before is None:
        headers[name] = value
    elif isinstance(before, list):
        before.append(value)
    else:
        headers[name] = [before, value]


def written(headers: Mapping[str, HeaderValue]) -> dict[str, str | list[str]]:
    """Return a copy of the headers as the wire carries them.

    AMI has no quoting: a line break in a value would begin a header, or a whole action, of the
    caller's choosing. Raises AmiBadHeader for that, for a line too long and for a bad name.
    """
    return {name: _checked(name, value) for name, value in headers.items()}


def _checked(name: str, value: HeaderValue) -> str | list[str]:
    if not _NAME.fullmatch(name) or name.lower() in ("action", "actionid"):
        raise AmiBadHeader(f"{name!r} cannot be a header of an action.")
    if isinstance(value, list):
        return [_line(name, item) for item in value]
    return _line(name, str(value).lower() if isinstance(value, bool) else str(value))


def _line(name: str, value: str) -> str:
    if _BREAKS.search(value):
        raise AmiBadHeader(f"{name} holds a line break, which would begin another header.")
    try:
        length = len(f"{name}: {value}".encode())
    except UnicodeEncodeError:
        raise AmiBadHeader(f"{name} holds characters that UTF-8 cannot write.") from None
    if length > LINE_LIMIT:
        raise AmiBadHeader(f"{name} is longer than the {LINE_LIMIT} bytes the switch reads.")
    return value
