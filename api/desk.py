"""/api/desk: what an agent's desk needs at once: the call that rings, and the words of the form."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import AfterValidator

from api.calls import Uid
from api.errors import NotFound
from api.fields import Answer, Instant, MaskedPhone
from api.resources import Open, Session
from ivr.lines import load_lines
from queues.breaks import load_breaks
from reports.desk_call import desk_call
from tickets.city import City, city_of
from tickets.life.looking import without_numbers
from tickets.states import TicketState

router = APIRouter(prefix="/api/desk", tags=["agents"])


class EarlierAnswer(Answer):
    """A ticket of the same number; `open` while something is owed to the citizen."""

    number: str
    state: TicketState
    title: Annotated[str, AfterValidator(without_numbers)]
    category: str | None
    new_at: Instant
    rating: int | None
    open: bool


class DeskCallAnswer(Answer):
    """A call as it comes to a desk. `keys` are what was pressed in menus, in order."""

    uid: str
    line: str
    line_name: str
    caller: MaskedPhone
    language: str | None
    keys: str
    queue: str | None
    started_at: Instant
    answered_at: Instant | None
    ended_at: Instant | None
    ticket: str | None
    earlier: list[EarlierAnswer]


class ChoiceAnswer(Answer):
    """Something to choose: its code, and how people call it."""

    code: str
    name: str


class CategoryAnswer(ChoiceAnswer):
    """A category, the ones above it in `path`; `lead` is the unit that it mostly goes to."""

    path: str
    lead: str | None
    type: str | None
    note: str


class WordsAnswer(Answer):
    """What the form and the break menu offer."""

    categories: list[CategoryAnswer]
    types: list[ChoiceAnswer]
    areas: list[ChoiceAnswer]
    breaks: list[ChoiceAnswer]


@router.get("/calls/{uid}")
async def get_desk_call(session: Session, opened: Open, uid: Uid) -> DeskCallAnswer:
    """Show a call to whoever is rung for it. 404 in the moment before the ledger has read of it."""
    found = await desk_call(session, uid)
    if found is None:
        raise NotFound(f"No call {uid} has been read of yet.")
    call = found.call
    lines = {line.code: line.name for line in load_lines(opened.settings).lines}
    return DeskCallAnswer(
        uid=call.uid,
        line=call.line,
        line_name=lines.get(call.line, call.line),
        caller=call.caller,
        language=found.language,
        keys=call.keys,
        queue=call.queue,
        started_at=call.started_at,
        answered_at=call.answered_at,
        ended_at=call.ended_at,
        ticket=found.ticket,
        earlier=[EarlierAnswer.model_validate(ticket) for ticket in found.earlier],
    )


def _city(opened: Open) -> City:
    return city_of(opened.settings.config_dir)


@router.get("/words")
async def get_words(opened: Open, city: Annotated[City, Depends(_city)]) -> WordsAnswer:
    """List what the form of a ticket and the menu of breaks offer, in the city's own words."""
    units = city.units.by_code
    breaks = load_breaks(opened.settings)
    return WordsAnswer(
        categories=_categories(city),
        types=[ChoiceAnswer(code=one.code, name=one.name) for one in city.rules.types.values()],
        areas=[ChoiceAnswer(code=code, name=units[code].name) for code in sorted(city.units.areas)],
        breaks=[ChoiceAnswer(code=one.name, name=one.title) for one in breaks],
    )


def _categories(city: City) -> list[CategoryAnswer]:
    tree, units = city.routes.categories, city.units.by_code
    found = []
    for category in tree.values():
        if category.handling is None:
            continue
        above = [tree[category.code[:end]].name for end in range(2, len(category.code), 2)]
        lead = units.get(category.handling.lead)
        found.append(
            CategoryAnswer(
                code=category.code,
                name=category.name,
                path=" / ".join(above),
                lead=lead.short if lead else None,
                type=category.handling.type,
                note=category.note,
            )
        )
    return found
