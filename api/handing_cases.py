"""Sends a caller's case ahead of their voice; whatever fails here, the voice goes on."""

import asyncio

import structlog
from sqlalchemy.exc import SQLAlchemyError

from api.resources import Resources
from core.errors import HotlineError
from exchange.handover import HandOver, announce
from exchange.peers import load_peers
from transfers.partners import find_partner
from transfers.service import Start, Transfers

log = structlog.get_logger()

# The citizen waits meanwhile: a database that is away must not hold up a hand-over.
_PATIENCE = 0.5


async def announce_case(opened: Resources, hands: Transfers, wanted: Start) -> None:
    """Write the case for the platform behind the partner line, within half a second or not."""
    try:
        async with asyncio.timeout(_PATIENCE):
            await _announce(opened, hands, wanted)
    except (TimeoutError, SQLAlchemyError, OSError, HotlineError) as error:
        log.warning("case not sent ahead", fault=str(error).splitlines()[:1])


async def _announce(opened: Resources, hands: Transfers, wanted: Start) -> None:
    leg = hands.hand.board.of_agent(wanted.agent)
    if leg is None:
        return
    partner = find_partner(hands.partners, wanted.partner)
    hand_over = HandOver(
        call=leg.call,
        partner=partner.code,
        agent=wanted.agent,
        reason=wanted.reason,
        consent=wanted.consent,
        needs_number=partner.emergency,
    )
    async with opened.sessions.begin() as session:
        await announce(session, load_peers(opened.settings.config_dir), hand_over)
