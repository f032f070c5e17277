"""Tickets that may be about the same, suggested while an agent types; a person decides.

Found by the caller, by phrases that few tickets have, by the place, and by what came in lately of
the same kind; compared in full only then. Looked at is what was opened within half a year, and of
the same caller anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Select, Text, cast, func, select, true, union
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import local_day, utc_now
from core.database import INSTANT
from tickets.acts import Actor
from tickets.finding.likeness import Candidate, Comparing, Likeness, Told
from tickets.finding.models import Facets, Wording
from tickets.finding.phrases import Commonness, commonness, comparable, text_of
from tickets.finding.repository import Found, by_ids, of_caller, quickly
from tickets.finding.search import NotYourSearch
from tickets.finding.words import Block, pattern
from tickets.life.facts import Person
from tickets.life.looking import INSIDE
from tickets.life.models import Matter
from tickets.models import Ticket
from tickets.states import TicketState

RECENT = timedelta(days=180)
_LATELY = timedelta(days=7)
# Blocks of 64 days: three or four of them are half a year.
_LEVEL = 3
_PLACES, _PHRASES, _OF_CALLER, _OF_KIND = 3, 4, 40, 60
# So many with a phrase are looked at in the newest block, and in each one before.
_OF_NEWEST, _OF_OLDER = 24, 8
_SHOWN = 5
_NO_MATTER = (TicketState.MERGED, TicketState.INVALID)


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A ticket that may be the same, and why."""

    found: Found
    likeness: Likeness


async def duplicates(
    session: AsyncSession,
    told: Told,
    person: Person,
    but: str | None = None,
    at: datetime | None = None,
) -> list[Duplicate]:
    """Return the likeliest, best first; `but` is the draft's own ticket number.

    Raises NotYourSearch for those who do not take matters in or judge them, and TooBroad.
    """
    if person.role not in INSIDE or person.role is Actor.UNIT:
        raise NotYourSearch("Duplicates are looked for by those who take matters in.")
    at = at or utc_now()
    known = await commonness(session)
    async with quickly(session):
        candidates = await _candidates(session, told, known, but, at)
    comparing = Comparing(told, known, at)
    alike = [(comparing.likeness(one), one.ticket_id) for one in candidates]
    best = sorted((one for one in alike if one[0].suggests), key=_best_first)[:_SHOWN]
    found = await by_ids(session, [ticket_id for _, ticket_id in best])
    return [Duplicate(found[ticket_id], likeness) for likeness, ticket_id in best]


def _best_first(one: tuple[Likeness, int]) -> tuple[float, int]:
    likeness, ticket_id = one
    return -likeness.score, -ticket_id


async def _candidates(
    session: AsyncSession, told: Told, known: Commonness, but: str | None, at: datetime
) -> list[Candidate]:
    looks = _looks(told, known, at)
    if not looks:
        return []
    ids = union(*(select(look.subquery()) for look in looks))
    rows = await session.execute(
        select(
            Facets.ticket_id, Facets.opened_at, Facets.area, Ticket.caller, Matter.contact_phone,
            Wording.body,
        )
        .join(Ticket, Ticket.id == Facets.ticket_id)
        .join(Matter, Matter.ticket_id == Facets.ticket_id)
        .join(Wording, Wording.ticket_id == Facets.ticket_id)
        .where(
            Facets.ticket_id.in_(ids), Facets.state.not_in(_NO_MATTER), Ticket.number != (but or "")
        )
    )  # fmt: skip
    return [
        Candidate(
            row.ticket_id,
            row.opened_at,
            row.area,
            frozenset(filter(None, (row.caller, row.contact_phone))),
            text_of(row.body),
        )
        for row in rows
    ]


def _looks(told: Told, known: Commonness, at: datetime) -> Sequence[Select[int]]:
    looks = []
    if told.phone is not None:
        looks.append(_newest().where(of_caller(told.phone)).limit(_OF_CALLER))
    if told.category is not None and told.area is not None:
        kind = Facets.category == told.category, Facets.area == told.area
        looks.append(_newest().where(*kind, Facets.opened_at > at - _LATELY).limit(_OF_KIND))
    phrases = dict.fromkeys(
        known.rarest(comparable(told.address), _PLACES)
        + known.rarest(comparable(told.text), _PHRASES)
    )
    if phrases:
        looks.append(_with_phrases(list(phrases), _blocks(at)))
    return looks


def _newest() -> Select[int]:
    return select(Facets.ticket_id).order_by(Facets.opened_at.desc(), Facets.ticket_id.desc())


def _blocks(at: datetime) -> list[Block]:
    first, last = (Block.of(local_day(day), _LEVEL) for day in (at - RECENT, at))
    return [Block(_LEVEL, number) for number in range(last.number, first.number - 1, -1)]


def _with_phrases(phrases: Sequence[str], blocks: Sequence[Block]) -> Select[int]:
    """Look for each phrase in each block, as one query that is planned once."""
    mosts = [_OF_NEWEST, *(_OF_OLDER for _ in blocks[1:])]
    looks = [(pattern(p), b, most) for p in phrases for b, most in zip(blocks, mosts, strict=True)]
    look = (
        func.unnest(
            cast([words for words, _, _ in looks], ARRAY(Text)),
            cast([block.mark for _, block, _ in looks], ARRAY(Text)),
            cast([block.begin for _, block, _ in looks], ARRAY(INSTANT)),
            cast([block.end for _, block, _ in looks], ARRAY(INSTANT)),
            cast([most for _, _, most in looks], ARRAY(BigInteger)),
        )
        .table_valued("words", "mark", "begin", "end", "most", name="look")
        .render_derived()
    )
    inner = (
        select(Wording.ticket_id)
        .where(
            Wording.body.like(look.c.words),
            Wording.body.like(look.c.mark),
            Wording.opened_at >= look.c.begin,
            Wording.opened_at < look.c.end,
        )
        .order_by(Wording.opened_at.desc())
        .limit(look.c.most)
        .lateral("inner_look")
    )
    return select(inner.c.ticket_id).select_from(look).join(inner, true())
