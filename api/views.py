"""/api/matters/views: filters that a person gave a name."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.fields import Answer, Instant
from api.persons import By, TheCity
from api.resources import Session
from tickets.finding import views
from tickets.finding.views import LONGEST_NAME
from tickets.finding.wanted import Wanted

router = APIRouter(prefix="/api/matters/views", tags=["tickets"])

Name = Annotated[str, Path(min_length=1, max_length=LONGEST_NAME, description="The view's name.")]


class ViewAnswer(Answer):
    """One view of the person who asks."""

    name: str
    filters: Wanted
    saved_at: Instant


@router.get("")
async def list_views(session: Session, person: By) -> list[ViewAnswer]:
    """List one's own views, by name."""
    return [ViewAnswer.model_validate(one) for one in await views.all_of(session, person.name)]


@router.put("/{name}", status_code=204, response_class=Response)
async def save_view(
    session: Session, city: TheCity, person: By, name: Name, wanted: Wanted
) -> None:
    """Keep filters under a name, in place of those it had."""
    async with session.begin():
        await views.save(session, person.name, name, wanted, city)


@router.delete("/{name}", status_code=204, response_class=Response)
async def drop_view(session: Session, person: By, name: Name) -> None:
    """Forget a view."""
    async with session.begin():
        await views.drop(session, person.name, name)
