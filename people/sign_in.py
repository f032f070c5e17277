"""Letting somebody in: name, password, second factor, and the delay that wrong tries cost.

Names that nobody has are treated as all others, so that the door tells no names.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.clock import utc_now
from people import passwords
from people.audit_log import Entry, What, append
from people.codes import step_of
from people.delays import FORGOTTEN, delay_after
from people.errors import BadSignIn, CodeNeeded, LockedOut
from people.models import Person, WrongTry
from people.roster import plain_name
from people.sessions import Pass, open_session

# Argon2 takes 64 MiB each: a crowd at the door must not take all memory.
_AT_ONCE = asyncio.Semaphore(2)


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody shows at the door, and where from."""

    name: str
    password: str
    code: str = ""
    address: str = ""


async def sign_in(
    sessions: async_sessionmaker[AsyncSession],
    key: bytes,
    shown: Shown,
    now: datetime | None = None,
) -> Pass:
    """Return a new session. Raises BadSignIn, CodeNeeded and LockedOut.

    Every try is in the audit log, but not those that a delay refuses.
    """
    at, name = now or utc_now(), plain_name(shown.name)[:64].replace("\0", "")
    async with sessions() as session:
        await _mind_the_delay(session, name, at)
        person = await session.scalar(select(Person).where(Person.name == name))
    right = await _is_right(person, shown.password)
    async with sessions.begin() as session:
        # Again: of many tries at once, those behind the last free one are refused here.
        await _mind_the_delay(session, name, at)
        if person is None or not right or person.locked_at:
            fault: BadSignIn | CodeNeeded = BadSignIn()
        elif await _show_code(session, person.id, shown.code, at):
            return await _enter(session, person.id, key, shown, at)
        else:
            fault = CodeNeeded()
        # A password alone is no wrong try: the page asks for the code next.
        if not (isinstance(fault, CodeNeeded) and not shown.code):
            await _count(session, name, at)
            await _note(session, key, name, shown.address, fault.slug, at)
    raise fault


async def _is_right(person: Person | None, password: str) -> bool:
    kept = person.password if person else passwords.NOBODY
    async with _AT_ONCE:
        right = await asyncio.to_thread(passwords.is_password, kept, password)
    return right and person is not None


async def _show_code(session: AsyncSession, person_id: int, code: str, at: datetime) -> bool:
    person = await session.get_one(Person, person_id, with_for_update=True)
    if person.totp is None:
        return True
    step = step_of(person.totp, code.strip(), at, person.totp_used)
    if step is None:
        return False
    person.totp_used = step
    return True


async def _enter(
    session: AsyncSession, person_id: int, key: bytes, shown: Shown, at: datetime
) -> Pass:
    person = await session.get_one(Person, person_id)
    if passwords.is_outdated(person.password):
        person.password = passwords.hash_password(shown.password, person.name)
    await session.execute(delete(WrongTry).where(WrongTry.name == person.name))
    made = await open_session(session, person, at)
    details = {"address": shown.address}
    await append(session, key, Entry(person.name, What.SIGNED_IN, "", "", person.role, details), at)
    return made


async def _mind_the_delay(session: AsyncSession, name: str, at: datetime) -> None:
    until = await session.scalar(select(WrongTry.until).where(WrongTry.name == name))
    if until is not None and until > at:
        raise LockedOut(int((until - at).total_seconds()) + 1)


async def _count(session: AsyncSession, name: str, at: datetime) -> None:
    await session.execute(delete(WrongTry).where(WrongTry.last_at < at - FORGOTTEN))
    tries = insert(WrongTry).values(name=name, failures=1, last_at=at, until=at)
    counted = await session.scalar(
        tries.on_conflict_do_update(
            index_elements=["name"], set_={"failures": WrongTry.failures + 1, "last_at": at}
        ).returning(WrongTry.failures)
    )
    row = await session.get_one(WrongTry, name, populate_existing=True)
    row.until = at + delay_after(counted or 1)


async def _note(
    session: AsyncSession, key: bytes, name: str, address: str, why: str, at: datetime
) -> None:
    details = {"address": address, "why": why}
    await append(session, key, Entry(name, What.SIGN_IN_FAILED, details=details), at)
