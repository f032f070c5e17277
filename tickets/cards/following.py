"""What moves do to cards: a new promise withdraws, a redo or a leader brings a letter.

`tickets.life.moves` calls this in the transaction of the move, with the ticket locked.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from tickets.acts import Act
from tickets.cards import repository
from tickets.cards.issuing import issue, withdraw
from tickets.cards.ladder import set_alarm
from tickets.cards.models import Card
from tickets.cards.words import WITHDRAWABLE, CardKind, CardState
from tickets.life.models import RunningClock
from tickets.life.picture import Case, Picture
from tickets.life.words import SupervisionCause

WITHDRAWING = {
    Act.GRANT_EXTENSION: "an extension was granted",
    Act.GRANT_SUSPENSION: "the ticket was suspended",
    Act.GRANT_RETURN: "the ticket was returned",
}
_SUPERVISING = {
    Act.ORDER_REDO: SupervisionCause.REDO,
    Act.REOPEN: SupervisionCause.REDO,
}


async def follow(session: AsyncSession, case: Case, act: Act) -> None:
    """Withdraw or issue what the move asks for."""
    if because := WITHDRAWING.get(act):
        await withdraw_mild(session, case.picture, case.at, because)
    if act is Act.SUPERVISE:
        await _letter(session, case, case.facts.cause)
    elif cause := _SUPERVISING.get(act):
        await _letter(session, case, cause)


async def withdraw_mild(
    session: AsyncSession,
    picture: Picture,
    at: datetime,
    because: str,
    clock: RunningClock | None = None,
) -> None:
    """Withdraw the warnings and yellow cards nobody has acknowledged; what is harder stays."""
    cards = await repository.cards_of(session, picture.ticket.id, CardState.DUE, CardState.ISSUED)
    for card in cards:
        is_mild = card.kind in WITHDRAWABLE or card.state is CardState.DUE
        if is_mild and (clock is None or card.clock_id == clock.id):
            await withdraw(session, picture, card, at, because)


async def _letter(session: AsyncSession, case: Case, cause: SupervisionCause | None) -> None:
    """Issue the letter that a timer found due, else one that the move itself asks for."""
    card = await repository.due_letter(session, case.picture.ticket.id)
    if card is None:
        card = Card(
            ticket_id=case.picture.ticket.id,
            kind=CardKind.LETTER,
            state=CardState.DUE,
            unit=_answering(case.picture),
            due_at=case.at,
            edition=case.city.time.workdays.edition(),
        )
        session.add(card)
        await session.flush()
    for clock in case.picture.clocks:
        if clock.id == card.clock_id:
            clock.card = card.kind
            set_alarm(clock, case.city)
    card.cause, card.level = cause, case.picture.matter.supervision
    await issue(session, case.city, case.picture, card, case.at)


def _answering(picture: Picture) -> str:
    """The unit that leads, or whoever holds the ticket before it has one."""
    return picture.matter.lead or (picture.hop.holder if picture.hop else "review")
