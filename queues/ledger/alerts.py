"""The emergency buttons that were pressed in a call, and which supervisor took note of them."""

from dataclasses import asdict, dataclass, field
from typing import Any

from queues.journal import JournalEvent, JournalKind


@dataclass(slots=True)
class Alert:
    """One press; `at` and `seen_at` are epoch seconds, `partner` is who was rung for it."""

    at: float
    cause: str
    agent: str | None
    partner: str | None
    actor: str | None
    reason: str
    seen_by: str | None = None
    seen_at: float | None = None


@dataclass(slots=True)
class AlertStory:
    """All alerts of one call, in order; noting one notes all that were there."""

    alerts: list[Alert] = field(default_factory=list)

    def take(self, event: JournalEvent) -> None:
        """Take the next line of the journal about them."""
        if event.kind == JournalKind.ALERT:
            self.alerts.append(
                Alert(
                    at=round(event.at, 6),
                    cause=event.word("cause") or "",
                    agent=event.word("agent"),
                    partner=event.word("partner"),
                    actor=event.word("actor"),
                    reason=event.word("reason") or "",
                )
            )
            return
        for alert in self.alerts:
            if alert.seen_by is None:
                alert.seen_by, alert.seen_at = event.word("actor"), round(event.at, 6)

    def all(self) -> list[dict[str, Any]]:
        """Return them as they are kept beside the call."""
        return [asdict(alert) for alert in self.alerts]
