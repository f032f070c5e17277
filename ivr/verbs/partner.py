"""partner: ring another line (110, 12348) and come back when nobody answers there."""

from dataclasses import dataclass
from typing import ClassVar

from ivr.call import Call
from ivr.fields import PartnerCode
from ivr.outcomes import Outcome
from ivr.results import Next, NextStep
from ivr.verb import Verb, verb


@verb
@dataclass(frozen=True, slots=True)
class Partner(Verb):
    """The caller is held until the far end answers, so that no transfer ever loses one."""

    name: ClassVar[str] = "partner"
    outcomes: ClassVar[tuple[str, ...]] = (
        Outcome.ANSWERED,
        Outcome.NOT_ANSWERED,
        Outcome.BUSY,
        Outcome.FAILED,
    )
    leaves: ClassVar[bool] = True

    partner: PartnerCode

    async def run(self, call: Call) -> NextStep:
        """Say whom to ring."""
        return NextStep(Next.PARTNER, {"HOTLINE_PARTNER": self.partner})
