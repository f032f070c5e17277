"""Sessions on the server: a cookie is a number; what it opens is here and can be taken away."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from people.models import Person, SignedIn
from people.roles import Permission, Role, permissions_of

# Being seen is written down this often, not with every request.
_NOTED_EVERY = timedelta(minutes=1)
# What no limit keeps alive is swept out when somebody else comes in.
_FORGOTTEN = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Limits:
    """After how long without a request, and after how long at all, somebody signs in again."""

    idle: timedelta
    whole: timedelta


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody signed in: all that the rest of the product knows of them."""

    name: str
    shown: str
    role: Role
    seat: str | None
    unit: str | None
    csrf: str
    second_factor: bool
    ends_at: datetime

    def may(self, permission: Permission) -> bool:
        """Say whether their role opens an action."""
        return permission in permissions_of(self.role)


@dataclass(frozen=True, slots=True)
class Pass:
    """A new session: the secret for the cookie, said once, and who it is for."""

    token: str
    person: Person
    csrf: str


async def open_session(session: AsyncSession, person: Person, at: datetime) -> Pass:
    """Begin a session of a person who has been let in."""
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
    await session.execute(delete(SignedIn).where(SignedIn.seen_at < at - _FORGOTTEN))
    session.add(
        SignedIn(digest=digest(token), person_id=person.id, csrf=csrf, made_at=at, seen_at=at)
    )
    await session.flush()
    return Pass(token, person, csrf)


async def find_session(
    session: AsyncSession, token: str, limits: Limits, at: datetime
) -> Known | None:
    """Return who a cookie belongs to, None when it is over; notes that they were seen."""
    signed_in = await session.get(SignedIn, digest(token))
    if signed_in is None:
        return None
    person = await session.get_one(Person, signed_in.person_id)
    over = at - signed_in.made_at >= limits.whole or at - signed_in.seen_at >= limits.idle
    if over or person.locked_at:
        await session.delete(signed_in)
        return None
    if at - signed_in.seen_at >= _NOTED_EVERY:
        signed_in.seen_at = at
    return known(person, signed_in.csrf, signed_in.made_at + limits.whole)


async def end_session(session: AsyncSession, token: str) -> None:
    """Sign out: the cookie opens nothing any more."""
    await session.execute(delete(SignedIn).where(SignedIn.digest == digest(token)))


def known(person: Person, csrf: str, ends_at: datetime) -> Known:
    """Say who somebody is."""
    return Known(
        name=person.name,
        shown=person.shown,
        role=person.role,
        seat=person.seat,
        unit=person.unit,
        csrf=csrf,
        second_factor=person.totp is not None,
        ends_at=ends_at,
    )


def digest(token: str) -> bytes:
    """Return what the database keeps of a cookie."""
    return sha256(token.encode(errors="replace")).digest()
