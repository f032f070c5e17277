"""hangup: the end. `closed: true` tells the ledger that nobody could be there at this hour."""

from dataclasses import dataclass
from typing import ClassVar

from ivr.call import Call
from ivr.fields import Switch
from ivr.results import Next, NextStep
from ivr.verb import Verb, verb


@verb
@dataclass(frozen=True, slots=True)
class Hangup(Verb):
    """Ends the call."""

    name: ClassVar[str] = "hangup"
    outcomes: ClassVar[tuple[str, ...]] = ()
    leaves: ClassVar[bool] = True

    closed: Switch = False

    async def run(self, call: Call) -> NextStep:
        """Ask the dialplan to end it."""
        if self.closed:
            call.note("closed")
        return NextStep(Next.HANGUP, {})
