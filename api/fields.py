"""Field types of every answer: numbers masked, instants in the city's time, cursors opaque."""

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import AfterValidator, BaseModel, ConfigDict

from api.errors import BadCursor
from core.clock import local
from core.masking import mask_phone


def _masked(raw: str | None) -> str | None:
    # What is masked stays as it is: a model may pass through here twice.
    return raw if raw and "*" in raw and set(raw) <= set("0123456789*") else mask_phone(raw)


MaskedPhone = Annotated[str | None, AfterValidator(_masked)]
Instant = Annotated[datetime, AfterValidator(local)]

Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
Cursor = Annotated[
    str | None, Query(alias="cursor", max_length=200, description="`next` of the page before.")
]
Before = Annotated[
    int | None, Query(alias="cursor", ge=1, description="`next` of the page before.")
]

S = TypeVar("S")
T = TypeVar("T")


class Answer(BaseModel):
    """Base of what we answer with; filled from our objects by attribute."""

    model_config = ConfigDict(from_attributes=True)


class Page(BaseModel, Generic[T]):
    """Some of many, newest first; `next` is the cursor of the following page, null at the end."""

    items: list[T]
    next: str | None


def page_of(
    found: Sequence[S], limit: int, answer: Callable[[S], T], place: Callable[[S], object]
) -> Page[T]:
    """Make a page of what was asked for with one more than `limit`: that one says there is more.

    `place` names what the following page begins behind.
    """
    shown = found[:limit]
    following = str(place(shown[-1])) if len(found) > limit else None
    return Page(items=[answer(one) for one in shown], next=following)


def write_cursor(at: datetime, tie: str | int) -> str:
    """Name a place in a list: an instant and what tells two things of one instant apart."""
    return base64.urlsafe_b64encode(f"{at.isoformat()} {tie}".encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[datetime, str]:
    """Read a cursor we wrote. Raises BadCursor for any other text."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        at, _, tie = base64.urlsafe_b64decode(padded.encode()).decode().partition(" ")
        instant = datetime.fromisoformat(at)
    except (ValueError, binascii.Error):
        raise BadCursor(cursor) from None
    if instant.tzinfo is None or not tie or "\0" in tie:
        raise BadCursor(cursor)
    return instant, tie


def read_numbered_cursor(cursor: str) -> tuple[datetime, int]:
    """Read a cursor whose tie is the number of a row. Raises BadCursor for any other text."""
    at, tie = read_cursor(cursor)
    if not tie.isdecimal() or len(tie) > 18:
        raise BadCursor(cursor)
    return at, int(tie)
