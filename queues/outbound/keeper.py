"""Keeps our calls: lets ended ones take effect, ends lost ones, begins automatic ones.

It remembers nothing: killed at any instant, it goes on from the rows. Callers come first: nothing
is begun while somebody waits in a queue, and never more than the rules allow at a time.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.clock import utc_now
from core.errors import HotlineError
from core.settings import Settings
from queues.callbacks.repository import ledger_is_up_to_date
from queues.outbound import repository
from queues.outbound.models import OutboundCall
from queues.outbound.placing import Office, follow_up_automatically, leave_to_people, ring
from queues.outbound.settling import settle
from queues.outbound.words import CallEnding
from telephony.ami import Ami, AmiError
from tickets.city import City, city_of
from tickets.followup.service import NoFollowUp

# The switch has its time to begin, and its lines theirs to be read.
_GRACE = timedelta(seconds=10)
_FRESH = timedelta(seconds=5)
# Keys come through another file than the end of the call.
_LATE_KEYS = timedelta(seconds=2)
# Calls that are begun in one round at most.
_STEPS = 5

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Keeper:
    """The calls of one node. `switch` reads, `dialling` may only dial."""

    settings: Settings
    sessions: async_sessionmaker[AsyncSession]
    switch: Ami
    dialling: Ami

    async def round(self) -> None:
        """Look at all calls once. Raises AmiError and database errors."""
        city = city_of(Path(self.settings.config_dir))
        async with self.sessions() as session:
            calls = await repository.unsettled(session, self.settings.node)
            fresh = await ledger_is_up_to_date(session, self.settings.node, _FRESH)
        for call in calls:
            if fresh and call.ended_at is not None and utc_now() - call.ended_at > _LATE_KEYS:
                await self._settle(city, call)
        if fresh:
            await self._end_lost([call for call in calls if call.ended_at is None])
        await self._begin(city)

    async def _settle(self, city: City, call: OutboundCall) -> None:
        try:
            async with self.sessions.begin() as session:
                await settle(session, city, call.uid)
        except HotlineError as refusal:
            log.error("outbound.not_settled", call=call.uid, why=str(refusal))

    async def _end_lost(self, calls: list[OutboundCall]) -> None:
        """End calls of which the switch knows nothing: it was started anew, or never took them."""
        old = [call for call in calls if utc_now() - call.placed_at > _GRACE]
        if not old:
            return
        channels = await self.switch.list_action("CoreShowChannels")
        there = {channel["Linkedid"] for channel in channels}
        async with self.sessions.begin() as session:
            for call in old:
                if call.uid not in there:
                    await self._end(session, call)

    async def _end(self, session: AsyncSession, call: OutboundCall) -> None:
        found = await repository.lock(session, call.uid)
        if found is None or found[0].ended_at is not None:
            return
        known = found[0]
        known.ended_at = utc_now()
        known.ending = CallEnding.REACHED if known.reached_at else CallEnding.FAILED
        log.warning("outbound.lost", call=call.uid)

    async def _begin(self, city: City) -> None:
        rules, now = city.follow_up, utc_now()
        if not rules.automatic or rules.at_once == 0 or not rules.is_open(now):
            return
        async with self.sessions() as session:
            room = rules.at_once - await repository.automatic_now(session)
            limit = min(room, _STEPS)
            if limit <= 0:
                return
            types = sorted(rules.automatic)
            numbers = await repository.to_be_asked(session, types, now, limit)
        if not numbers or await self._somebody_waits():
            return
        office = Office.of(self.settings, city)
        for number in numbers:
            with suppress(NoFollowUp):  # somebody else was first
                await self._ask(office, number)

    async def _ask(self, office: Office, number: str) -> None:
        try:
            await ring(
                self.sessions,
                self.dialling,
                office,
                lambda session: follow_up_automatically(session, office, number, utc_now()),
            )
        except (AmiError, NoFollowUp):
            raise
        except HotlineError as refusal:
            log.warning("outbound.left_to_people", ticket=number, why=refusal.slug)
            async with self.sessions.begin() as session:
                await leave_to_people(session, office.city, number)

    async def _somebody_waits(self) -> bool:
        queues = await self.switch.list_action("QueueSummary")
        return any(queue.number("Callers") for queue in queues)
