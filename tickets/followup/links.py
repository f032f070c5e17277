"""The link by message: written when a citizen was not reached, once for each follow-up."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tickets.followup.choosing import number_of
from tickets.followup.models import FollowUp, FollowUpLink
from tickets.followup.rules import FollowUpRules
from tickets.life.picture import Picture
from tickets.messages.outbox import takes_messages, write

_TOKEN_BYTES = 12


async def offer(
    session: AsyncSession, rules: FollowUpRules, picture: Picture, one: FollowUp, at: datetime
) -> None:
    """Write the message with the link in this transaction, once for each follow-up."""
    number = number_of(picture)
    if number is None or not takes_messages(number):
        return
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    row = {
        "token": token,
        "follow_up_id": one.id,
        "made_at": at,
        "expires_at": at + timedelta(days=rules.link_days),
    }
    made = await session.execute(
        insert(FollowUpLink).values(row).on_conflict_do_nothing().returning(FollowUpLink.token)
    )
    if made.one_or_none() is None:
        return
    ticket = picture.ticket
    text = (
        f"【12345热线】您的工单（尾号{ticket.number[-4:]}）承办单位已答复，未能与您通话。"
        f"请点击 {rules.link}{token} 评价，查询码{ticket.query_code}，{rules.link_days}日内有效。"
    )
    await write(session, f"follow-up {one.id}", ticket.id, number, text, at)
