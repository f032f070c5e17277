""" "Press 1 to be counted with this": what was offered to a caller, and what happens when they do.

Not a part of any flow: an announcement brings its key along, wherever the flow lets it be heard.
"""

from collections.abc import Sequence

from ivr.call import Call, Known
from ivr.on_air import Announcement
from ivr.results import Next, NextStep

CONFIRMED = "incident-counted"


def fresh_news(call: Call) -> Sequence[Announcement]:
    """Return what is on air, unless this call has heard announcements before."""
    if call.variables.get(Known.NEWS):
        return ()
    return call.equipment.board.on_air(call.equipment.now())


def offer(call: Call, announcements: Sequence[Announcement]) -> None:
    """Remember what the caller hears, and which key stands for what."""
    offers = [f"{one.key}.{one.incident}" for one in announcements]
    call.variables[Known.NEWS] = "-".join(offers)


def offered(call: Call, key: str) -> int | None:
    """Return the incident that a key stands for in this call."""
    for one in call.variables.get(Known.NEWS, "").split("-"):
        known, _, incident = one.partition(".")
        if key and known == key and incident.isdecimal():
            return int(incident)
    return None


async def count(call: Call, incident: int) -> NextStep:
    """Write down that the caller is counted, say so, and end the call."""
    call.note("counted", incident=incident)
    call.equipment.journal.flush()
    await call.play(CONFIRMED)
    return NextStep(Next.HANGUP, {})
