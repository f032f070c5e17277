"""/api/flows: what there is of each flow, what differs, and what a caller would live through."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field

from api.bodies import SmallBodies
from api.fields import Answer, Before, Limit, Page, page_of
from api.flow_answers import (
    DifferenceAnswer,
    DraftAnswer,
    MoveAnswer,
    VersionAnswer,
    VersionInFullAnswer,
    move_answer,
)
from api.resources import Open, Session
from ivr.differences import differences
from ivr.editing import as_json
from ivr.life.names import find_text
from ivr.life.repository import (
    all_aliases,
    get_version,
    list_drafts,
    list_versions,
    newest_versions,
)
from ivr.life.states import ALIVE
from ivr.scenarios import try_story
from ivr.schema import flow_schema
from ivr.simulator import End
from ivr.simulator.transcript import Kind

router = APIRouter(prefix="/api/flows", tags=["flows"], route_class=SmallBodies)

Flow = Annotated[str, Path(pattern=r"^[a-z][a-z0-9-]{0,39}$", description="The flow's name.")]
Number = Annotated[int, Path(ge=1, le=9_999_999, description="The version's number.")]
What = Annotated[
    str, Query(pattern=r"^[a-z0-9@:-]{1,60}$", description="direct, direct@3 or draft:12.")
]
_MANY = 200


class FlowAnswer(BaseModel):
    """A flow: its newest version, the aliases that give a version of it, drafts under way."""

    name: str
    newest: VersionAnswer
    aliases: list[MoveAnswer]
    drafts: list[DraftAnswer]


class Story(BaseModel):
    """What is given, and what the citizen does in order, as in a scenario file."""

    given: dict[str, Any] = Field(default_factory=dict)
    story: list[Any] = Field(min_length=1, max_length=200)


class LivedAnswer(Answer):
    """One thing in a simulated call, `at` seconds after it began."""

    at: float
    kind: Kind
    what: str


class StoryAnswer(BaseModel):
    """What the caller lived through; `faults` are steps of the story that did not come to pass.

    `end` is null when the call would never have ended.
    """

    end: End | None
    seconds: float | None
    lived: list[LivedAnswer]
    faults: list[str]


@router.get("")
async def get_flows(session: Session) -> list[FlowAnswer]:
    """List flows by name."""
    aliases = await all_aliases(session)
    drafts = await list_drafts(session, None, ALIVE, _MANY)
    return [
        FlowAnswer(
            name=one.flow,
            newest=VersionAnswer.model_validate(one),
            aliases=[
                move_answer(move)
                for move in aliases
                if one.flow in (move.flow, move.candidate_flow)
            ],
            drafts=[DraftAnswer.model_validate(each) for each in drafts if each.flow == one.flow],
        )
        for one in await newest_versions(session)
    ]


@router.get("/schema")
def get_schema() -> dict[str, Any]:
    """Return the JSON Schema of flows, for editors."""
    return dict(flow_schema())


@router.get("/diff")
async def get_diff(opened: Open, session: Session, old: What, new: What) -> list[DifferenceAnswer]:
    """Say in words what differs between two texts, in the order of the new one."""
    before = await find_text(session, opened.settings, old)
    after = await find_text(session, opened.settings, new)
    found = await asyncio.to_thread(differences, before, after)
    return [DifferenceAnswer.model_validate(one) for one in found]


@router.post("/simulate")
async def post_simulate(opened: Open, session: Session, what: What, told: Story) -> StoryAnswer:
    """Live a call on a text, without a switch and without waiting. Changes nothing."""
    written = await find_text(session, opened.settings, what)
    verdict = await asyncio.to_thread(
        lambda: asyncio.run(try_story(opened.settings, written, told.given, told.story))
    )
    story = verdict.story
    return StoryAnswer(
        end=story.end if story else None,
        seconds=story.seconds if story else None,
        lived=[LivedAnswer.model_validate(one) for one in story.lines] if story else [],
        faults=list(verdict.faults),
    )


@router.get("/{flow}/versions")
async def get_versions(
    session: Session, flow: Flow, limit: Limit = 50, cursor: Before = None
) -> Page[VersionAnswer]:
    """List the versions of a flow, newest first."""
    found = await list_versions(session, flow, limit + 1, cursor)
    return page_of(found, limit, VersionAnswer.model_validate, lambda one: one.number)


@router.get("/{flow}/versions/{number}")
async def get_one_version(session: Session, flow: Flow, number: Number) -> VersionInFullAnswer:
    """Show one version with its text."""
    return VersionInFullAnswer.model_validate(await get_version(session, flow, number))


@router.get("/{flow}/versions/{number}/yaml", response_class=Response)
async def get_yaml(session: Session, flow: Flow, number: Number) -> Response:
    """Return the text of a version to the byte."""
    text = (await get_version(session, flow, number)).text
    return Response(text.encode(), media_type="application/yaml")


@router.get("/{flow}/versions/{number}/json", response_class=Response)
async def get_json(session: Session, flow: Flow, number: Number) -> Response:
    """Return a version as JSON; comments are lost."""
    text = (await get_version(session, flow, number)).text
    return Response(await asyncio.to_thread(as_json, text), media_type="application/json")
