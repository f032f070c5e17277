"""/api/transfer-catalogue and /api/hints: what goes where, and what an agent's notes hint at.

Asked as the agent types; nothing of the text is kept.
"""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.fields import Answer
from api.resources import Open
from transfers.catalogue import LONGEST_QUERY, catalogue_of, search
from transfers.hints import LONGEST_TEXT, Suggested, hints_in, hints_of

router = APIRouter(prefix="/api", tags=["transfers"])


class ItemAnswer(Answer):
    """One matter: `source` hands it over to `target`, a partner's code or 12345."""

    source: str
    target: str
    group: str
    title: str


class TextBody(BaseModel):
    """What the agent has typed so far."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=LONGEST_TEXT, examples=["她说想跳楼"])


class HintAnswer(BaseModel):
    """A hint: its list, what it suggests, the words that gave it, the lines that are offered."""

    code: str
    title: str
    act: Suggested
    words: tuple[str, ...]
    to: tuple[str, ...]


@router.get("/transfer-catalogue")
async def get_catalogue(
    opened: Open,
    q: Annotated[str, Query(max_length=LONGEST_QUERY, description="Words, parted by spaces.")] = "",
    limit: Annotated[int, Query(ge=1, le=300)] = 20,
) -> list[ItemAnswer]:
    """Say which matters go to which line, best match first; everything without words."""
    items = catalogue_of(opened.settings.config_dir)
    return [ItemAnswer.model_validate(one) for one in search(items, q, limit)]


@router.post("/hints")
async def get_hints(opened: Open, body: TextBody) -> list[HintAnswer]:
    """Say what a text hints at: danger to life, a hazard, public order. Only suggests."""
    hits = hints_in(body.text, hints_of(opened.settings.config_dir))
    return [
        HintAnswer(
            code=hit.hint.code,
            title=hit.hint.title,
            act=hit.hint.act,
            words=hit.words,
            to=hit.hint.to,
        )
        for hit in hits
    ]
