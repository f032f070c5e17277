"""Keeps every promised call-back either in the switch's queue or waiting to be put there.

It decides once a second from the ledger's rows and the switch's own channels, writes each decision
into the journal before it is carried out, and remembers nothing that matters: killed at any
instant, it goes on from what is written. Whatever holds a place in the switch is served without it.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.clock import utc_now
from queues.callbacks import dialler, repository
from queues.callbacks.deciding import Decision, Now, decide
from queues.callbacks.models import CallbackSource
from queues.callbacks.repository import Waiting
from queues.callbacks.rules import CallbackRules
from queues.callbacks.uids import Try
from queues.journal import JournalKind
from telephony.ami import Ami, AmiRefused
from telephony.journal import Journal

# A ledger that was not heard of for so long may not have told us of a call that was answered.
_FRESH = timedelta(seconds=5)
# Seconds that a decision has to come back to us through the journal and the ledger.
_ON_ITS_WAY = 5.0
_STATEMENT_LIMIT = 3

log = structlog.get_logger()


@dataclass(slots=True)
class Keeper:
    """The call-backs of one node. `switch` reads and hangs up, `dialling` may only dial."""

    node: str
    rules: CallbackRules
    general_queue: str
    sessions: async_sessionmaker[AsyncSession]
    journal: Journal
    switch: Ami
    dialling: Ami
    # Of each call-back decided on: how many lines its row was made of then, and when.
    _decided: dict[str, tuple[int, float]] = field(default_factory=dict)

    async def round(self) -> int:
        """Look at all call-backs once; return how many decisions were made.

        Raises AmiError and database errors: then nothing more is decided in this round.
        """
        owed = await self._owed()
        if not owed:
            self._decided.clear()
            return 0
        now = Now(utc_now(), await self._in_switch(), await self._staffed())
        decisions = [(one, decide(one, self.rules, now)) for one in owed if not self._pending(one)]
        made = [(one, decision) for one, decision in decisions if decision is not None]
        for one, decision in made:
            await self._carry_out(one, decision)
        return len(made)

    async def _owed(self) -> Sequence[Waiting]:
        async with self.sessions() as session:
            await repository.lock_timeout(session, _STATEMENT_LIMIT)
            if not await repository.ledger_is_up_to_date(session, self.node, _FRESH):
                return []
            return [self._in_a_queue(one) for one in await repository.waiting(session, self.node)]

    def _in_a_queue(self, one: Waiting) -> Waiting:
        """Whoever asked in a menu never waited in a queue: theirs is the general one."""
        return one if one.queue else replace(one, queue=self.general_queue)

    def _pending(self, one: Waiting) -> bool:
        """Whether a decision about this row has not come back yet."""
        lines, at = self._decided.get(one.callback.call_uid, (-1, 0.0))
        return lines == one.callback.lines and time.monotonic() - at < _ON_ITS_WAY

    async def _carry_out(self, one: Waiting, decision: Decision) -> None:
        """Write it down, then do it: a promise is never kept twice."""
        callback = one.callback
        self._decided[callback.call_uid] = (callback.lines, time.monotonic())
        log.info(
            "callback.decided", call=callback.call_uid, kind=decision.kind, why=decision.reason
        )
        if decision.kind is JournalKind.CALLBACK_PLACED:
            await self._place(one)
            return
        self._note(callback.call_uid, decision.kind, reason=decision.reason, by=decision.by)
        if decision.withdraw:
            await self._withdraw(Try(callback.call_uid, callback.tries))

    async def _place(self, one: Waiting) -> None:
        callback = one.callback
        of = Try(callback.call_uid, callback.tries + 1)
        self._note(
            callback.call_uid,
            JournalKind.CALLBACK_PLACED,
            number=of.number,
            since=one.since.timestamp(),
        )
        order = dialler.Order(of, callback.number, callback.language, self.rules.ring)
        try:
            if callback.source is CallbackSource.ABANDONED and callback.agent:
                await dialler.ring_agent(self.dialling, order, callback.agent)
            else:
                place = dialler.place_of(one.since, callback.priority)
                await dialler.place(self.dialling, order, str(one.queue), place)
        except AmiRefused as refusal:
            self._note(callback.call_uid, JournalKind.CALLBACK_LOST, reason=refusal.reason[:80])

    async def _withdraw(self, of: Try) -> None:
        try:
            await self.switch.action("Hangup", Channel=of.uid)
        except AmiRefused:
            return  # it is not there, which is what we wanted

    def _note(self, call: str, kind: JournalKind, **fields: object) -> None:
        self.journal.write(Try(call, 0).uid, kind, **fields)
        self.journal.flush()

    async def _in_switch(self) -> frozenset[str]:
        channels = await self.switch.list_action("CoreShowChannels")
        return frozenset(channel["Uniqueid"] for channel in channels)

    async def _staffed(self) -> frozenset[str]:
        queues = await self.switch.list_action("QueueSummary")
        return frozenset(queue["Queue"] for queue in queues if queue.number("LoggedIn"))
