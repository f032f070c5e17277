"""What a city decides about counting, and what is known of one call."""

import tomllib
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from core.errors import ConfigError
from core.settings import Settings
from queues.models import EndedBy
from tickets.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Rules:
    """What a city decides about counting. `short_abandon` is seconds, `emergency` partner codes.

    `silent_call` is seconds without any event after which a call is over, its end unwritten.
    A change counts for calls folded after it; a rebuild counts all calls by the rules of its day.
    """

    short_abandon: float = 5.0
    silent_call: float = 12 * 3600.0
    emergency: frozenset[str] = frozenset({"110"})

    @classmethod
    def of(cls, settings: Settings) -> "Rules":
        """Read the rules of a home. Raises ConfigError when the lines file cannot be read."""
        path = settings.config_dir / "lines.toml"
        try:
            partners = tomllib.loads(path.read_text()).get("partner", [])
        except (OSError, ValueError) as error:
            raise ConfigError(path, None, f"cannot be read: {error}.") from error
        emergency = frozenset(str(p.get("code")) for p in partners if p.get("emergency"))
        return cls(settings.short_abandon, settings.silent_call_hours * 3600, emergency)


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What is known of one arrival; see the columns of `queues.models.Call`.

    `outcome` is None while the call lasts. `has_audio` says that the switch opened a file for
    a talk or a message, as it does for all who wait; nothing may have been said.
    """

    uid: str
    node: str
    line: str
    did: str
    caller: str
    started_at: datetime
    day: date
    flow: str | None
    flow_version: str | None
    query_code: str | None
    keys: str
    human_requested_at: datetime | None
    queue: str | None
    queue_visits: int
    answered_at: datetime | None
    agent: str | None
    partner: str | None
    wait_seconds: float | None
    ring_seconds: float | None
    talk_seconds: float | None
    callback_number: str | None
    message_path: str | None
    message_seconds: float | None
    rating: int | None
    counted_with: int | None
    counted_at: datetime | None
    survival: str | None
    orphaned: bool
    ended_at: datetime | None
    ended_by: EndedBy | None
    outcome: Outcome | None
    has_audio: bool
    parties: dict[str, Any] | None = field(hash=False)
