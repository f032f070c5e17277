"""What may be done to an incident's announcement: one table, and one function that refuses."""

from datetime import datetime
from enum import StrEnum

from core.errors import HotlineError


class IncidentState(StrEnum):
    """Where an announcement stands."""

    ON_AIR = "on-air"
    EXPIRED = "expired"
    STOPPED = "stopped"


class IncidentAct(StrEnum):
    """What a person does to it."""

    START = "start"
    EXTEND = "extend"
    STOP = "stop"


_MAY = {
    IncidentAct.EXTEND: frozenset({IncidentState.ON_AIR}),
    IncidentAct.STOP: frozenset({IncidentState.ON_AIR}),
}


class NotOnAir(HotlineError):
    """The announcement is over; nothing can be done to it any more."""

    slug = "incident-not-on-air"


def state_of(until: datetime, stopped_at: datetime | None, now: datetime) -> IncidentState:
    """Return where an announcement stands at an instant."""
    if stopped_at is not None:
        return IncidentState.STOPPED
    return IncidentState.ON_AIR if now < until else IncidentState.EXPIRED


def judge(state: IncidentState, act: IncidentAct, incident: int) -> None:
    """Refuse what the table does not allow. Raises NotOnAir."""
    if state not in _MAY[act]:
        raise NotOnAir(f"Incident {incident} is {state}, so it cannot {act}; start a new one.")
