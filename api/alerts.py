"""/api/alerts and the emergency button: 110 at once, and the shift's supervisors see it.

The live picture shows every alert until a supervisor has taken note of it.
"""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.acting import Actor, Who
from api.fields import Answer, Instant
from api.handing_cases import announce_case
from api.resources import Open, Session
from api.transfers import Call, Hands, Reason, SituationAnswer, answer, be_at_seat
from core.clock import utc_now
from reports.alerts import SHOWN, alerts_since
from transfers.emergency import Cause, Emergency, note_seen, press
from transfers.service import Start
from transfers.states import Mode

router = APIRouter(prefix="/api", tags=["transfers"])


class EmergencyBody(BaseModel):
    """What the button sends. `stay`: the agent joins all three instead of being free."""

    model_config = ConfigDict(extra="forbid")

    agent: str = Field(pattern=r"^[0-9]{2,8}$", examples=["8013"])
    partner: str = Field(default="110", max_length=32)
    cause: Cause = Cause.DANGER
    reason: Reason = ""
    stay: bool = False


class AlertAnswer(Answer):
    """One press of the button; `seen_by` is null until a supervisor took note."""

    call: str
    at: Instant
    cause: str
    agent: str
    partner: str
    actor: str
    reason: str
    seen_by: str | None
    seen_at: Instant | None


@router.post("/transfers/emergency")
async def press_button(
    opened: Open, hands: Hands, actor: Actor, who: Who, body: EmergencyBody
) -> SituationAnswer:
    """Dial an emergency line at once, whatever else is being done, and alert the supervisors."""
    be_at_seat(who, body.agent)
    wanted = Emergency(actor=actor, **body.model_dump())
    start = Start(body.agent, body.partner, Mode.ONE_KEY, actor, body.reason)
    await announce_case(opened, hands, start)
    return answer(await press(hands, wanted))


@router.get("/alerts")
async def get_alerts(
    session: Session,
    actor: Actor,
    noted: Annotated[bool, Query(description="Also those that were taken note of.")] = False,
) -> list[AlertAnswer]:
    """List the alerts of the last 24 hours, newest first."""
    del actor
    found = await alerts_since(session, utc_now() - SHOWN, noted=noted)
    return [AlertAnswer.model_validate(one) for one in found]


@router.post("/alerts/{call}/seen", status_code=202)
async def take_note(hands: Hands, actor: Actor, call: Call) -> None:
    """Take note of a call's alerts; they leave the live picture as soon as the ledger knows."""
    note_seen(hands, call, actor)
