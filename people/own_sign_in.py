"""What somebody changes about their own sign-in: the password, and the device that shows codes."""

import asyncio
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from people import passwords
from people.codes import step_of
from people.errors import BadSignIn, CodeNeeded
from people.models import Person, SignedIn
from people.sessions import digest


async def change_password(session: AsyncSession, name: str, old: str, new: str, token: str) -> None:
    """Take a new password and end every other session. Raises BadSignIn and WeakPassword."""
    person = await _with_password(session, name, old)
    person.password = await asyncio.to_thread(passwords.hash_password, new, name)
    others = SignedIn.person_id == person.id, SignedIn.digest != digest(token)
    await session.execute(delete(SignedIn).where(*others))


async def use_second_factor(
    session: AsyncSession, name: str, secret: str, code: str, now: datetime
) -> None:
    """Ask for this device's codes from now on. Raises CodeNeeded when it shows another."""
    person = await _get(session, name)
    step = step_of(secret, code.strip(), now, 0)
    if step is None:
        raise CodeNeeded
    person.totp, person.totp_used = secret, step


async def end_second_factor(session: AsyncSession, name: str, password: str) -> None:
    """Ask for no codes any more. Raises BadSignIn without the right password."""
    (await _with_password(session, name, password)).totp = None


async def _with_password(session: AsyncSession, name: str, password: str) -> Person:
    person = await _get(session, name)
    if not await asyncio.to_thread(passwords.is_password, person.password, password):
        raise BadSignIn
    return person


async def _get(session: AsyncSession, name: str) -> Person:
    return (
        await session.scalars(select(Person).where(Person.name == name).with_for_update())
    ).one()
