"""Who asks: somebody signed in (cookie), or a program of this machine that names whom it acts for.

A program sends the API key of this home (`api` in secrets.toml) and `Hotline-Actor`. A person in a
browser has a cookie, and with everything that changes something the token of their session in
`X-CSRF-Token`; what they are comes from the session then and never from a header.
"""

import re
import secrets
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import unquote, urlsplit

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPBearer

from api.errors import ForeignPage, Refused, SignInNeeded, Unauthorized
from api.resources import Open, Resources
from people.roles import Permission, Role
from people.sessions import Known

COOKIE = "hotline_session"
CSRF_HEADER = "X-CSRF-Token"
_NAME = re.compile(r"[\w.@-][\w .@-]{0,63}")
_READING = frozenset({"GET", "HEAD", "OPTIONS"})

# Only told to readers of the OpenAPI document; what counts is read below.
_BY_KEY = HTTPBearer(auto_error=False, description="`api` of secrets.toml, for programs.")
_BY_COOKIE = APIKeyCookie(name=COOKIE, auto_error=False, description="From POST /api/session.")


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks. A program may do everything and has no role of its own; `name` may be empty."""

    name: str
    known: Known | None = None

    @property
    def role(self) -> Role | None:
        """Return the role of somebody signed in, None for a program."""
        return self.known.role if self.known else None

    @property
    def seat(self) -> str | None:
        """Return the seat of somebody signed in."""
        return self.known.seat if self.known else None

    def works_at(self, seat: str | None) -> bool:
        """Say whether a seat is theirs; a program works at all of them."""
        return self.known is None or (self.seat is not None and self.seat == seat)

    def may(self, permission: Permission) -> bool:
        """Say whether an action is open to them."""
        return self.known is None or self.known.may(permission)


async def authenticate(request: Request, opened: Resources) -> Principal:
    """Say who asks, found out once. Raises Unauthorized, SignInNeeded and ForeignPage."""
    if not hasattr(request.state, "principal"):
        request.state.principal = await _authenticate(request, opened)
    found: Principal = request.state.principal
    return found


async def _authenticate(request: Request, opened: Resources) -> Principal:
    authorization = request.headers.get("Authorization")
    if authorization is not None:
        return _program(request, opened, authorization)
    token = request.cookies.get(COOKIE)
    known = await opened.door.known(token) if token else None
    if known is None:
        raise SignInNeeded()
    if request.method not in _READING:
        refuse_foreign_pages(request)
        shown = request.headers.get(CSRF_HEADER, "")
        if not secrets.compare_digest(shown.encode(), known.csrf.encode()):
            raise ForeignPage()
    return Principal(known.name, known)


def refuse_foreign_pages(request: Request) -> None:
    """Raise ForeignPage when a page of another origin sent this."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("Host"):
        raise ForeignPage()


def _program(request: Request, opened: Resources, authorization: str) -> Principal:
    key = authorization.removeprefix("Bearer ")
    if not secrets.compare_digest(key.encode(), opened.settings.secrets.api.encode()):
        raise Unauthorized()
    name = unquote(request.headers.get("Hotline-Actor", ""))
    return Principal(name if _NAME.fullmatch(name) else "")


async def _who(
    request: Request,
    opened: Open,
    _key: Annotated[object, Security(_BY_KEY)] = None,
    _cookie: Annotated[object, Security(_BY_COOKIE)] = None,
) -> Principal:
    return await authenticate(request, opened)


Who = Annotated[Principal, Depends(_who)]


async def _actor(who: Who) -> str:
    if not who.name:
        raise Refused("Say who acts: header Hotline-Actor, 1 to 64 letters or digits.")
    return who.name


Actor = Annotated[str, Depends(_actor)]
