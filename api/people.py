"""/api/people and /api/audit-log: who works here, and who did and saw what. Both only read."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.fields import Answer, Before, Instant, Limit, Page, page_of
from api.resources import Session
from people.audit_log import What, latest
from people.roles import Role
from people.roster import everybody

router = APIRouter(prefix="/api", tags=["people"])


class PersonInListAnswer(Answer):
    """One person; changes are made with `./hotline person`."""

    name: str
    shown: str
    role: Role
    seat: str | None
    unit: str | None
    locked_at: Instant | None
    made_at: Instant


class AuditLineAnswer(Answer):
    """One line of the audit log."""

    id: int
    at: Instant
    who: str
    role: str
    what: str
    object: str
    reason: str
    details: dict[str, Any]


@router.get("/people")
async def get_people(session: Session) -> list[PersonInListAnswer]:
    """List everybody who may sign in."""
    return [PersonInListAnswer.model_validate(one) for one in await everybody(session)]


@router.get("/audit-log")
async def get_audit_log(
    session: Session,
    who: Annotated[str | None, Query(max_length=64)] = None,
    what: What | None = None,
    limit: Limit = 50,
    cursor: Before = None,
) -> Page[AuditLineAnswer]:
    """List who did or saw what, newest first."""
    found = await latest(session, limit + 1, cursor, who, what)
    return page_of(found, limit, AuditLineAnswer.model_validate, lambda line: line.id)
