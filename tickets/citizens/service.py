"""What a citizen can do with a matter of theirs, by telephone number and query code."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import local_day, utc_now
from core.errors import HotlineError
from core.masking import mask_text
from core.phone import plain_number
from tickets import repository
from tickets.acts import Actor
from tickets.cards import service as cards
from tickets.channels import Channel
from tickets.citizens import album
from tickets.city import City
from tickets.followup.answering import answer_for
from tickets.followup.models import FollowUp
from tickets.followup.verdict import Answers
from tickets.life import drafts
from tickets.life import repository as life
from tickets.life.drafts import BadMatter, Draft
from tickets.life.facts import Person
from tickets.life.intake import Submission, register
from tickets.life.picture import Picture
from tickets.life.words import ClockKind
from tickets.models import Ticket
from tickets.numbers import is_query_code
from tickets.states import OPEN, TicketState

LONGEST = 2_000
_TITLE = 30
CITIZEN = Person("citizen", Actor.CITIZEN)
_BY_WEB = Person("web", Actor.CHANNEL)


class NoSuchMatter(HotlineError):
    """No ticket has this number and code; which of the two is wrong is nobody's business."""

    slug = "no-such-matter"

    def __init__(self) -> None:
        super().__init__("There is no matter of this telephone number with this query code.")


class Stage(StrEnum):
    """Where a matter stands, in the citizen's words."""

    RECEIVED = "received"  # 已受理
    HANDLING = "handling"  # 办理中
    ANSWERED = "answered"  # 已答复
    CLOSED = "closed"  # 已办结
    ENDED = "ended"  # 已终止: withdrawn, merged, not for this hotline


S = TicketState
_RECEIVED = frozenset({S.NEW, S.TRIAGE})
_ANSWERED = frozenset({S.REPLIED, S.DONE, S.CALLBACK, S.ANSWERED})


@dataclass(frozen=True, slots=True)
class Wish:
    """A matter as a citizen writes it; `pictures` are tokens, `key` their own name for it."""

    phone: str
    text: str
    key: str
    place: str = ""
    name: str = ""
    pictures: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """What a citizen is told of a matter of theirs. `promised` is by when it is to be handled."""

    number: str
    stage: Stage
    opened_on: date
    unit: str | None
    promised: datetime | None
    reply: str
    urges: int
    pictures: int


async def submit(
    session: AsyncSession, city: City, wish: Wish, at: datetime | None = None
) -> tuple[Ticket, bool]:
    """Hand a matter in; the same key of the same number is the same matter.

    Raises BadMatter and BadPicture.
    """
    number = plain_number(wish.phone)
    if number is None:
        raise BadMatter("That is no telephone number.")
    text = readable(wish.text)
    draft = Draft(
        title=text[:_TITLE].splitlines()[0],
        details=text,
        address=visible(wish.place),
        contact_name=visible(wish.name),
        contact_phone=number,
    )
    # Nobody learns of another's matter by using the same key.
    key = hashlib.blake2s(f"{number} {wish.key}".encode(), digest_size=20).hexdigest()
    submission = Submission(Channel.WEB, key, draft, number, at=at)
    ticket, new = await register(session, city, submission, _BY_WEB)
    if new:
        await album.attach(session, ticket.id, wish.pictures, at or utc_now())
    return ticket, new


async def find(session: AsyncSession, phone: str, code: str) -> Ticket:
    """Return the newest ticket of a number with a query code. Raises NoSuchMatter."""
    number = plain_number(phone)
    if number is None or not is_query_code(code):
        raise NoSuchMatter
    ticket = await repository.latest_by_code(session, number, code)
    if ticket is None:
        raise NoSuchMatter
    return ticket


async def progress(session: AsyncSession, city: City, ticket: Ticket) -> Progress:
    """Tell a citizen where their matter stands. Raises NoSuchMatter."""
    picture = await life.look(session, ticket.number)
    if picture is None:
        raise NoSuchMatter
    return _told(picture, city, len(await album.pictures_of(session, ticket.id)))


async def supplement(
    session: AsyncSession, ticket: Ticket, text: str, pictures: Sequence[str] = ()
) -> None:
    """Add to an open matter. Raises BadMatter, BadPicture and TicketEnded."""
    words = f"citizen adds: {readable(text)}"[:LONGEST]
    await drafts.add_note(session, ticket.number, CITIZEN, words)
    await album.attach(session, ticket.id, pictures, utc_now())


async def urge(session: AsyncSession, ticket: Ticket, text: str) -> None:
    """Ask again (催办): whoever holds the matter is told. Raises BadMatter and TicketEnded."""
    words = readable(text)
    if ticket.state is TicketState.NEW:  # on the intake's own desk, which works by age
        await drafts.add_note(session, ticket.number, CITIZEN, f"urged: {words}")
        return
    await cards.urge(session, ticket.number, CITIZEN, words)


async def rate(session: AsyncSession, city: City, ticket: Ticket, said: Answers) -> FollowUp:
    """Answer the three questions without having been called.

    Raises UnfitAnswers, NoFollowUp and AnsweredAlready.
    """
    return await answer_for(session, city, ticket, said)


def readable(text: str) -> str:
    """Return text without what is not seen: controls, and marks that turn its direction around.

    Raises BadMatter for what is empty then, or longer than a matter may be.
    """
    seen = visible(text)
    if not seen:
        raise BadMatter("Say what it is about.")
    if len(seen) > LONGEST:
        raise BadMatter(f"A matter has at most {LONGEST} characters, this has {len(seen)}.")
    return seen


def visible(text: str) -> str:
    """Return text without controls and marks of direction; every kind of blank becomes one."""
    blank = (" " if one.isspace() and one != "\n" else one for one in text)
    return "".join(one for one in blank if one == "\n" or one.isprintable()).strip()


def _told(picture: Picture, city: City, pictures: int) -> Progress:
    ticket, matter = picture.ticket, picture.matter
    clock = picture.clock(ClockKind.HANDLE)
    running = clock is not None and clock.stopped_at is None
    unit = city.units.by_code.get(matter.lead or "")
    return Progress(
        number=ticket.number,
        stage=_stage(ticket.state),
        opened_on=local_day(ticket.new_at),
        unit=unit.name if unit else None,
        promised=clock.due_at if clock is not None and running else None,
        reply=mask_text(matter.public_reply) if ticket.state in _ANSWERED | {S.CLOSED} else "",
        urges=matter.urges,
        pictures=pictures,
    )


def _stage(state: TicketState) -> Stage:
    if state in _RECEIVED:
        return Stage.RECEIVED
    if state in _ANSWERED:
        return Stage.ANSWERED
    if state is TicketState.CLOSED:
        return Stage.CLOSED
    return Stage.HANDLING if state in OPEN else Stage.ENDED
