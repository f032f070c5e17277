"""Lines that bear witness of a call row, for tests that write rows without a switch."""

from datetime import datetime

from queues.models import Call, SwitchEvent
from tickets.outcomes import Outcome


def lines_of(call: Call, first: int = 0) -> list[SwitchEvent]:
    """Return what the switch would have written at least; positions count from `first`."""
    told: list[tuple[str, datetime | None]] = [("HL-ARRIVED", call.started_at)]
    if call.outcome is Outcome.ANSWERED:
        told += [("CONNECT", call.answered_at), ("BRIDGE_ENTER", call.answered_at)]
    return [
        SwitchEvent(
            call_uid=call.uid, file_id=1, pos=first + n, at=at, kind=kind,
            line=f'"0","{kind}","{call.uid}","{call.uid}"',
        )
        for n, (kind, at) in enumerate(told)
    ]  # fmt: skip
