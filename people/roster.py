"""The list of persons: who is added, changed, locked, given a new password, and by whom."""

import re
import unicodedata
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import utc_now
from people.audit_log import Entry, What, append
from people.errors import BadPerson, UnknownPerson
from people.models import Person, SignedIn, WrongTry
from people.passwords import hash_password
from people.roles import Role

_NAME = re.compile(r"[\w.@-]{1,64}")
_SEAT = re.compile(r"[0-9]{2,8}")


@dataclass(frozen=True, slots=True)
class Wish:
    """How a person shall be: role, and the seat or the unit that belongs to it."""

    role: Role
    seat: str | None = None
    unit: str | None = None
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Hand:
    """Who changes the list, and the key that seals the line about it."""

    by: str
    key: bytes
    reason: str = ""


def plain_name(name: str) -> str:
    """Return a name as it is compared: of one width and case, without blanks around it."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


async def add(session: AsyncSession, name: str, password: str, wish: Wish, hand: Hand) -> Person:
    """Add somebody. Raises BadPerson and WeakPassword; nobody is added twice."""
    plain = plain_name(name)
    if not _NAME.fullmatch(plain):
        raise BadPerson("A name has 1 to 64 letters, digits, or . @ - _ and no blanks.")
    if await _find(session, plain) is not None:
        raise BadPerson(f"{plain} is there already. See ./hotline person list.")
    await _check(session, plain, wish)
    person = Person(
        name=plain,
        shown=wish.shown.strip() or plain,
        role=wish.role,
        seat=wish.seat,
        unit=wish.unit,
        password=hash_password(password, plain),
        made_at=utc_now(),
    )
    session.add(person)
    await session.flush()
    await _note(session, hand, person, "added")
    return person


async def change_role(session: AsyncSession, name: str, wish: Wish, hand: Hand) -> Person:
    """Give somebody another role; who is signed in signs in again, so that it counts at once."""
    person = await get(session, name)
    await _check(session, person.name, wish)
    person.role, person.seat, person.unit = wish.role, wish.seat, wish.unit
    person.shown = wish.shown.strip() or person.shown
    await sign_out_everywhere(session, person)
    await _note(session, hand, person, "role")
    return person


async def lock(session: AsyncSession, name: str, locked: bool, hand: Hand) -> Person:
    """Let somebody in no more, or again."""
    person = await get(session, name)
    person.locked_at = (person.locked_at or utc_now()) if locked else None
    if locked:
        await sign_out_everywhere(session, person)
    await _note(session, hand, person, "locked" if locked else "unlocked")
    return person


async def reset(session: AsyncSession, name: str, password: str, hand: Hand) -> Person:
    """Give somebody a new password, without a second factor and without the wrong tries so far."""
    person = await get(session, name)
    person.password, person.totp = hash_password(password, person.name), None
    await session.execute(delete(WrongTry).where(WrongTry.name == person.name))
    await sign_out_everywhere(session, person)
    await _note(session, hand, person, "reset")
    return person


async def get(session: AsyncSession, name: str) -> Person:
    """Return somebody. Raises UnknownPerson."""
    person = await _find(session, plain_name(name))
    if person is None:
        raise UnknownPerson(name)
    return person


async def everybody(session: AsyncSession) -> list[Person]:
    """Return all persons by name."""
    return list(await session.scalars(select(Person).order_by(Person.name)))


async def sign_out_everywhere(session: AsyncSession, person: Person) -> None:
    """End every session of a person."""
    await session.execute(delete(SignedIn).where(SignedIn.person_id == person.id))


async def _find(session: AsyncSession, plain: str) -> Person | None:
    return await session.scalar(select(Person).where(Person.name == plain))


async def _check(session: AsyncSession, plain: str, wish: Wish) -> None:
    if wish.role.of_a_unit != (wish.unit is not None):
        raise BadPerson("A clerk, head or task force has a unit, and nobody else: --unit ZJJ.")
    if wish.seat is None:
        return
    if not wish.role.at_a_seat:
        raise BadPerson(f"A {wish.role} has no seat; agents, seniors and shift leaders have.")
    if not _SEAT.fullmatch(wish.seat):
        raise BadPerson("A seat is a number such as 8013.")
    other = await session.scalar(
        select(Person.name).where(Person.seat == wish.seat, Person.name != plain)
    )
    if other:
        raise BadPerson(f"Seat {wish.seat} is {other}'s.")


async def _note(session: AsyncSession, hand: Hand, person: Person, done: str) -> None:
    details = {"done": done, "role": person.role, "seat": person.seat, "unit": person.unit}
    entry = Entry(hand.by, What.PERSON, person.name, hand.reason, details=details)
    await append(session, hand.key, entry)
