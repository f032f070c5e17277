"""POST /api/matters/duplicates: tickets that may be about the same as what is being typed."""

from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import Field

from api.bodies import SmallBodies
from api.fields import Answer
from api.finding import FoundAnswer
from api.persons import By
from api.resources import Session
from core.phone import plain_number
from tickets.finding.duplicates import Duplicate, duplicates
from tickets.finding.likeness import Told
from tickets.finding.rows import row_of
from tickets.life.drafts import LONGEST, Draft
from tickets.life.facts import Person, fit_to_store

router = APIRouter(prefix="/api/matters/duplicates", tags=["tickets"], route_class=SmallBodies)

_NO_DRAFT = Draft()


class PartsAnswer(Answer):
    """What the score is made of, each from 0 to 1, and the phrases that both have."""

    caller: float = Field(description="35 %: the same number called.")
    text: float = Field(description="35 %: the same words, rare ones more than common ones.")
    place: float = Field(description="20 %: words of the address, or at least the same area.")
    time: float = Field(description="10 %: how near they are, within thirty days.")
    shared: list[str]


class DuplicateAnswer(Answer):
    """A ticket that may be the same."""

    ticket: FoundAnswer
    score: float
    parts: PartsAnswer


@router.post("")
async def find_duplicates(
    session: Session,
    person: By,
    draft: Annotated[Draft, Body(embed=True)] = _NO_DRAFT,
    phone: Annotated[str | None, Body(max_length=40, description="Who calls.")] = None,
    number: Annotated[str | None, Body(max_length=20, description="The draft's own.")] = None,
) -> list[DuplicateAnswer]:
    """Suggest at most five, the likeliest first; nothing is kept of what was typed."""
    longest = LONGEST["details"]
    told = Told(
        text=fit_to_store(f"{draft.title or ''} {draft.details or ''}")[:longest],
        address=fit_to_store(draft.address or "")[: LONGEST["address"]],
        area=draft.area,
        category=draft.category,
        phone=plain_number(phone or draft.contact_phone),
    )
    found = await duplicates(session, told, person, number)
    return [_answer(one, person) for one in found]


def _answer(one: Duplicate, person: Person) -> DuplicateAnswer:
    return DuplicateAnswer(
        ticket=FoundAnswer.model_validate(row_of(one.found, person)),
        score=one.likeness.score,
        parts=PartsAnswer.model_validate(one.likeness),
    )
