"""Revisions as ETags: who changes something says which revision they looked at."""

import re
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Header, HTTPException, Response

from api.errors import Refused

_ETAG = re.compile(r'"([0-9]{1,9})"', re.ASCII)


def _revision(
    if_match: Annotated[
        str | None, Header(description='The ETag of what you looked at, such as "3".')
    ] = None,
) -> int | None:
    if if_match is None:
        return None
    found = _ETAG.fullmatch(if_match)
    if found is None:
        raise Refused('If-Match is an ETag that we gave, such as "3".')
    return int(found[1])


def _needed(revision: Annotated[int | None, Depends(_revision)]) -> int:
    if revision is None:
        raise HTTPException(
            HTTPStatus.PRECONDITION_REQUIRED,
            "Say which revision you looked at: header If-Match with its ETag.",
        )
    return revision


Revision = Annotated[int | None, Depends(_revision)]
NeededRevision = Annotated[int, Depends(_needed)]


def tag(response: Response, revision: int) -> None:
    """Say which revision an answer shows."""
    response.headers["ETag"] = f'"{revision}"'
