"""/api/session: signing in and out, and what belongs to somebody's own sign-in.

The answer to signing in sets the cookie; `csrf` goes into the header X-CSRF-Token of every request
that changes something.
"""

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.acting import COOKIE, Who, refuse_foreign_pages
from api.bodies import SmallBodies
from api.errors import Refused, SignInNeeded
from api.fields import Answer, Instant
from api.resources import Open
from api.trail import entry_by, keep
from core.clock import utc_now
from people import own_sign_in
from people.audit_log import What
from people.codes import address as otpauth
from people.codes import new_secret
from people.roles import Permission, Role, permissions_of
from people.sessions import Known, end_session
from people.sign_in import Shown, sign_in

router = APIRouter(prefix="/api/session", tags=["people"], route_class=SmallBodies)

Password = Annotated[str, Field(min_length=1, max_length=200)]
Code = Annotated[str, Field(max_length=10)]


class SignInBody(BaseModel):
    """What is shown at the door; `totp` when the person uses a second factor."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=64)
    password: Password
    totp: Code = ""


class PasswordBody(BaseModel):
    """The password so far, and the new one."""

    model_config = ConfigDict(extra="forbid")

    old: Password
    new: Password


class PersonAnswer(Answer):
    """Who is signed in, what they work as, and what that opens."""

    name: str
    shown: str
    role: Role
    title: str
    seat: str | None
    unit: str | None
    second_factor: bool
    permissions: list[Permission]


class SessionAnswer(Answer):
    """A session; it ends at `ends_at` at the latest."""

    person: PersonAnswer
    csrf: str
    ends_at: Instant


class SecretAnswer(Answer):
    """The secret for the person's device, and the address to show as a picture."""

    secret: str
    address: str


@router.post("")
async def enter(
    request: Request, response: Response, opened: Open, body: SignInBody
) -> SessionAnswer:
    """Sign in: 401 for a wrong name, password or code, 429 while wrong tries cost a delay."""
    refuse_foreign_pages(request)
    address = request.client.host if request.client else ""
    shown = Shown(body.name, body.password, body.totp, address)
    made = await sign_in(opened.sessions, opened.settings.secrets.audit.encode(), shown)
    response.set_cookie(
        COOKIE, made.token, httponly=True, samesite="strict", path="/",
        secure=request.url.scheme == "https",
    )  # fmt: skip
    known = await opened.door.known(made.token)
    if known is None:
        raise SignInNeeded()
    return _answer(known)


@router.get("")
async def show(who: Who) -> SessionAnswer:
    """Say who is signed in; 401 when nobody is."""
    return _answer(_person(who.known))


@router.delete("", status_code=204)
async def leave(request: Request, response: Response, opened: Open, who: Who) -> None:
    """Sign out: the cookie opens nothing any more, wherever it is."""
    token = request.cookies.get(COOKIE, "")
    async with opened.sessions.begin() as session:
        await end_session(session, token)
    opened.door.forget(token)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    await keep(opened, entry_by(who, What.SIGNED_OUT, ""))


@router.put("/password", status_code=204)
async def change_password(request: Request, opened: Open, who: Who, body: PasswordBody) -> None:
    """Change one's own password; the person's other sessions end."""
    name = _person(who.known).name
    token = request.cookies.get(COOKIE, "")
    async with opened.sessions.begin() as session:
        await own_sign_in.change_password(session, name, body.old, body.new, token)
    await keep(opened, entry_by(who, What.PERSON, name, "password"))


@router.post("/totp")
async def begin_second_factor(who: Who) -> SecretAnswer:
    """Make a secret for the person's device; nothing counts before PUT shows that it works."""
    secret = new_secret()
    return SecretAnswer(secret=secret, address=otpauth(secret, _person(who.known).name))


@router.put("/totp", status_code=204)
async def use_second_factor(
    request: Request,
    opened: Open,
    who: Who,
    secret: Annotated[str, Body(pattern=r"^[A-Z2-7]{32}$")],
    code: Annotated[str, Body(max_length=10)],
) -> None:
    """Ask for a code of this device at every sign-in from now on."""
    name = _person(who.known).name
    async with opened.sessions.begin() as session:
        await own_sign_in.use_second_factor(session, name, secret, code, utc_now())
    opened.door.forget(request.cookies.get(COOKIE, ""))
    await keep(opened, entry_by(who, What.PERSON, name, "second factor"))


@router.delete("/totp", status_code=204)
async def end_second_factor(
    request: Request, opened: Open, who: Who, password: Annotated[str, Body(embed=True)]
) -> None:
    """Ask for no code any more; needs the password."""
    name = _person(who.known).name
    async with opened.sessions.begin() as session:
        await own_sign_in.end_second_factor(session, name, password)
    opened.door.forget(request.cookies.get(COOKIE, ""))
    await keep(opened, entry_by(who, What.PERSON, name, "no second factor"))


def _person(known: Known | None) -> Known:
    if known is None:
        raise Refused("Only a person has a session; this is the API key of a program.")
    return known


def _answer(known: Known) -> SessionAnswer:
    person = PersonAnswer(
        name=known.name,
        shown=known.shown,
        role=known.role,
        title=known.role.on_the_door,
        seat=known.seat,
        unit=known.unit,
        second_factor=known.second_factor,
        permissions=permissions_of(known.role),
    )
    return SessionAnswer(person=person, csrf=known.csrf, ends_at=known.ends_at)
