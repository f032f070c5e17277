"""/api/incidents: announcements in front of every caller, put on air and taken back by people."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from api.acting import Actor
from api.fields import Answer, Before, Instant, Limit, Page, page_of
from api.resources import Open, Session
from ivr import incidents
from ivr.incidents import LONGEST_MINUTES, LONGEST_TEXT, Order
from tickets.incidents.service import Listed, list_incidents
from tickets.incidents.words import IncidentState

router = APIRouter(prefix="/api/incidents", tags=["flows"])

Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="The incident's number.")]
Minutes = Annotated[int, Field(ge=1, le=LONGEST_MINUTES)]
Reason = Annotated[str, Field(max_length=200)]


class IncidentOrder(BaseModel):
    """What is to be said; see `./hotline incident start --help`."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
    english: Annotated[str, Field(max_length=LONGEST_TEXT)] = ""
    area: Annotated[str, Field(max_length=20)] = ""
    topic: Annotated[str, Field(max_length=20)] = ""
    minutes: Minutes = 120
    key: Annotated[str, Field(max_length=4)] = ""
    position: Annotated[int, Field(ge=0, le=1000)] = 100
    title: Annotated[str, Field(max_length=100)] = ""
    reason: Reason = ""


class Stop(BaseModel):
    """Why it is taken off the air."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason = ""


class Extension(Stop):
    """How long it lasts, counted from now."""

    minutes: Minutes


class IncidentAnswer(Answer):
    """One announcement, its ticket, and how many callers were counted with it."""

    id: int
    state: IncidentState
    ticket: str
    counted: int
    area: str | None
    topic: str | None
    text: str
    english: str | None
    key: str
    position: int
    started_at: Instant
    until: Instant
    stopped_at: Instant | None


class Changed(Answer):
    """An announcement as it stands after the change."""

    id: int
    key: str
    until: Instant
    stopped_at: Instant | None


@router.get("")
async def get_incidents(
    session: Session, limit: Limit = 50, before: Before = None
) -> Page[IncidentAnswer]:
    """List announcements, newest first."""
    found = await list_incidents(session, limit + 1, before)
    return page_of(found, limit, _answer, lambda one: one.incident.id)


@router.post("", status_code=201)
async def post_incident(opened: Open, actor: Actor, order: IncidentOrder) -> Changed:
    """Speak a text and let the next caller hear it; opens the incident's ticket."""
    wanted = Order(**order.model_dump())
    made = await incidents.start(opened.settings, opened.sessions, wanted, actor)
    return Changed.model_validate(made)


@router.post("/{number}/extend")
async def post_extension(
    opened: Open, actor: Actor, number: Number, extension: Extension
) -> Changed:
    """Let an announcement last until another instant."""
    made = await incidents.extend(
        opened.settings, opened.sessions, number, extension.minutes, actor, extension.reason
    )
    return Changed.model_validate(made)


@router.post("/{number}/stop")
async def post_stop(opened: Open, actor: Actor, number: Number, stop: Stop) -> Changed:
    """Take an announcement off the air."""
    made = await incidents.stop(opened.settings, opened.sessions, number, actor, stop.reason)
    return Changed.model_validate(made)


def _answer(one: Listed) -> IncidentAnswer:
    incident = one.incident
    return IncidentAnswer(
        id=incident.id,
        state=one.state,
        ticket=one.ticket,
        counted=one.counted,
        area=incident.area,
        topic=incident.topic,
        text=incident.text_zh,
        english=incident.text_en,
        key=incident.key,
        position=incident.position,
        started_at=incident.started_at,
        until=incident.until,
        stopped_at=incident.stopped_at,
    )
