"""How a call-back and its attempts are answered with, wherever they stand."""

from datetime import datetime

from api.fields import Answer, Instant, MaskedPhone
from core.masking import mask_text
from queues.callbacks.models import Callback, CallbackSource
from queues.callbacks.states import CallbackState


class CallbackAnswer(Answer):
    """A call-back: where it stands, who has it, why it ended. `tries` reached the switch."""

    call_uid: str
    source: CallbackSource
    state: CallbackState
    number: MaskedPhone
    agent: str | None
    by: str | None
    reason: str | None
    tries: int
    missed: int
    taken_at: Instant | None
    promised_until: Instant | None
    reached_at: Instant | None
    ended_at: Instant | None


class AttemptAnswer(Answer):
    """One try to reach a citizen, or what a person settled; `result` is null while it lasts."""

    at: Instant
    agent: str | None
    by: str | None
    rang_at: Instant | None
    result: str | None
    note: str | None


def attempts_of(callback: Callback) -> list[AttemptAnswer]:
    """Return the attempts of a call-back in turn, their notes without numbers."""
    return [_attempt(told) for told in callback.attempts]


def _attempt(told: dict[str, str | None]) -> AttemptAnswer:
    rang_at = told.get("rang_at")
    note = told.get("note")
    return AttemptAnswer(
        at=datetime.fromisoformat(told["at"] or ""),
        agent=told.get("agent"),
        by=told.get("by"),
        rang_at=datetime.fromisoformat(rang_at) if rang_at else None,
        result=told.get("result"),
        note=mask_text(note) if note else None,
    )
