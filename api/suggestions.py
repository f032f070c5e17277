"""POST /api/matters/suggestion: category and unit for what is being typed. People decide."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import Field

from api.bodies import SmallBodies
from api.fields import Answer
from api.persons import By, TheCity
from api.resources import Open
from core.clock import utc_now
from tickets.life.drafts import LONGEST, Draft
from tickets.life.facts import fit_to_store
from tickets.routes import Route
from tickets.suggesting.service import Suggestion, Told, suggest
from tickets.urgency import Urgency

router = APIRouter(prefix="/api/matters/suggestion", tags=["tickets"], route_class=SmallBodies)


class ModelAnswer(Answer):
    """The model that speaks, and how often it was right on tickets it never saw."""

    version: str
    learnt_from: int
    held_out: int
    categories: int
    right: float
    right_among_three: float
    always_commonest: float


class SuggestionAnswer(Answer):
    """A category, the words that led there, and its unit, or why people must choose that."""

    category: str
    name: str
    confidence: float = Field(description="From 0 to 1, over all categories.")
    words: list[str]
    lead: str | None = None
    co: list[str] = Field(default_factory=list)
    urgency: Urgency | None = None
    review: str | None = None


class SuggestionsAnswer(Answer):
    """At most three, the likeliest first."""

    model: ModelAnswer
    suggestions: list[SuggestionAnswer]


@router.post("")
async def suggest_category(
    opened: Open, city: TheCity, person: By, draft: Annotated[Draft, Body(embed=True)]
) -> SuggestionsAnswer:
    """Suggest from title and details; nothing is kept of what was typed, nothing is decided."""
    del person
    text = fit_to_store(f"{draft.title or ''} {draft.details or ''}")[: LONGEST["details"]]
    told = Told(text, draft.area, bool(draft.enterprise), utc_now())
    card, found = await asyncio.to_thread(suggest, opened.settings.models_dir, city, told)
    return SuggestionsAnswer(
        model=ModelAnswer.model_validate(card), suggestions=[_answer(one) for one in found]
    )


def _answer(one: Suggestion) -> SuggestionAnswer:
    guess, route = one.guess, one.route
    answer = SuggestionAnswer(
        category=guess.category, name=one.name, confidence=guess.confidence, words=list(guess.words)
    )
    if isinstance(route, Route):
        answer.lead, answer.co, answer.urgency = route.lead, list(route.co), route.urgency
    else:
        answer.review = route.reason
    return answer
