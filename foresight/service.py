"""How long an agent is busy with a call, and how long callers wait before they give up."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from foresight.history import Source
from foresight.repository import ServiceSums, service_sums

# What is known of Chinese hotlines, until there are calls enough of one's own.
USUAL_TALK, USUAL_PATIENCE = 218.0, 90.0
# Work after the talk leaves no trace in the switch, so it is told and not measured.
USUAL_AFTER_CALL = 90.0
_DAYS = 28
_ENOUGH_ANSWERED, _ENOUGH_GAVE_UP = 100, 30


@dataclass(frozen=True, slots=True)
class Service:
    """Seconds in the mean: `busy` ringing and talking, `after_call` at work after it, `patience`.

    A source says whether a number is the hotline's own (`ledger`) or the usual one (`synthetic`).
    """

    busy: float = USUAL_TALK
    after_call: float = USUAL_AFTER_CALL
    patience: float = USUAL_PATIENCE
    busy_from: Source = Source.SYNTHETIC
    patience_from: Source = Source.SYNTHETIC

    @property
    def handling(self) -> float:
        """Seconds that a call takes of an agent's time."""
        return self.busy + self.after_call

    @classmethod
    def of(cls, sums: ServiceSums, after_call: float) -> "Service":
        """Judge by sums over many calls.

        Whoever was answered might have waited longer: they count with the time they waited, not
        as somebody who lost patience, so the mean is Σ waits / callers who gave up (the censored
        maximum likelihood of an exponential).
        """
        own_talk = sums.answered >= _ENOUGH_ANSWERED
        own_patience = sums.gave_up >= _ENOUGH_GAVE_UP
        return cls(
            busy=sums.busy / sums.answered if own_talk else USUAL_TALK,
            after_call=after_call,
            patience=sums.waited / sums.gave_up if own_patience else USUAL_PATIENCE,
            busy_from=Source.LEDGER if own_talk else Source.SYNTHETIC,
            patience_from=Source.LEDGER if own_patience else Source.SYNTHETIC,
        )


async def read_service(session: AsyncSession, until: date, after_call: float) -> Service:
    """Read the four weeks before a day."""
    return Service.of(await service_sums(session, until - timedelta(_DAYS), until), after_call)
