"""Where a call can stand, how it can end, and what it needs of its phone."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from phones.media import Media
from phones.timeline import Timeline


class CallState(StrEnum):
    """Where a call stands on this phone."""

    DIALLING = "dialling"
    RINGING = "ringing"
    TALKING = "talking"
    ENDED = "ended"


class EndedBy(StrEnum):
    """Who ended a call; NOBODY when the other side no longer answers or our own sipp died."""

    US = "us"
    OTHER = "other"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Ending:
    """How a call ended: by whom, with which SIP status (before the answer) and Q.850 cause."""

    by: EndedBy
    code: int | None = None
    cause: int | None = None


class Line(Protocol):
    """What a call needs of its phone."""

    name: str
    media: Media
    timeline: Timeline

    def tell(
        self, verb: str, call_id: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> None:
        """Give the phone's sipp an order about a call."""
