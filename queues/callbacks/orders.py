"""Abandoned calls that people work off: an agent is told to ring somebody back, or that none need.

What is ordered goes to the journal like every promise; the ledger folds it and the keeper has it
done. One order at a time is made, so that two who pick the next caller never get the same one.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.errors import HotlineError
from core.settings import Settings
from queues.callbacks import repository
from queues.callbacks.models import Callback
from queues.callbacks.rules import CallbackRules, load_callback_rules
from queues.callbacks.states import LIVE, CallbackAct, CallbackResult, CallbackState, move
from queues.callbacks.uids import Try
from queues.journal import JournalKind
from queues.models import Call
from telephony.journal import Journal
from tickets.models import Ticket
from tickets.outcomes import Outcome

# What a person may say came of it; all else the phones tell.
SETTLING = (CallbackResult.ALREADY_HELPED, CallbackResult.DECLINED, CallbackResult.REACHED)
_GAVE_UP = (Outcome.ABANDONED, Outcome.ABANDONED_SHORT)
_LOCK = 0x0CB_0DE5
_FRESH = timedelta(seconds=5)
# Seconds for the ledger to read on, and to take in what we wrote.
_PATIENCE = 4.0

# Chooses the call that is meant, inside the order's transaction.
Choice = Callable[[AsyncSession], Awaitable[str | None]]


class NobodyToRing(HotlineError):
    """Nobody who gave up is left to be rung back."""

    slug = "nobody-to-ring"

    def __init__(self) -> None:
        super().__init__("Nobody who gave up waiting is left to be rung back.")


class NotAbandoned(HotlineError):
    """A call that nobody gave up in, or none at all."""

    slug = "not-abandoned"

    def __init__(self, call: str) -> None:
        super().__init__(f"{call[:64]} is no call in which somebody gave up waiting.")


class CannotRing(HotlineError):
    """A number that is withheld, or that this hotline may not ring."""

    slug = "cannot-ring"


class AlreadyDone(HotlineError):
    """The caller was spoken to since, or is about to be rung."""

    slug = "already-done"


class LedgerBehind(HotlineError):
    """What happened last is not known yet: nothing is ordered, or what was is not seen yet."""

    slug = "ledger-behind"

    def __init__(self, written: bool = False) -> None:
        came_of_it = (
            "It is written down and will be done when the ledger reads on"
            if written
            else "The caller may be talking to somebody just now, so nothing was ordered"
        )
        super().__init__(f"The ledger has not read to the end. {came_of_it}. See ./hotline status.")


@dataclass(frozen=True, slots=True)
class GivenUp:
    """An abandoned call as an order needs it; `caller` is None when withheld."""

    call: str
    caller: str | None
    language: str


@dataclass(frozen=True, slots=True)
class Orders:
    """Where orders are written, and by which rules."""

    node: str
    rules: CallbackRules
    sessions: async_sessionmaker[AsyncSession]
    journal: Journal

    @classmethod
    def of(cls, settings: Settings, sessions: async_sessionmaker[AsyncSession]) -> "Orders":
        """Return the orders of a home. Raises ConfigError."""
        rules = load_callback_rules(settings.config_dir)
        return cls(settings.node, rules, sessions, Journal(settings.journal))

    async def ring_back(self, choice: Choice, agent: str, by: str, note: str = "") -> Callback:
        """Let an agent ring back whoever `choice` names; return the call-back as it stands then.

        Raises NobodyToRing, NotAbandoned, CannotRing, AlreadyDone, LedgerBehind.
        """
        async with self.sessions.begin() as session:
            await self._alone(session)
            call = await choice(session)
            if call is None:
                raise NobodyToRing
            given_up = await _given_up(session, call)
            number = self._number(given_up)
            await _refuse_if_done(session, given_up, number)
            await self._refuse_if_elsewhere(session, call)
            known = {"number": number, "language": given_up.language, "agent": agent}
            return await self._write(call, JournalKind.CALLBACK_ASSIGNED, by=by, note=note, **known)

    async def settle(self, call: str, result: CallbackResult, by: str, note: str = "") -> Callback:
        """Write down what a person knows of an abandoned call. Raises NotAbandoned, LedgerBehind,
        and IllegalCallbackMove while the switch is ringing somebody for it."""
        async with self.sessions.begin() as session:
            await self._alone(session)
            given_up = await _given_up(session, call)
            await self._refuse_if_elsewhere(session, call)
            existing = await repository.find(session, call)
            move(existing.state if existing else None, CallbackAct.SETTLE)
            kind, number = JournalKind.CALLBACK_SETTLED, given_up.caller or ""
            return await self._write(call, kind, number=number, reason=result, by=by, note=note)

    def _number(self, given_up: GivenUp) -> str:
        number = self.rules.dialable(given_up.caller or "")
        if number is None:
            raise CannotRing(
                "This caller withheld their number, or it is one that the hotline may not ring "
                "(callbacks.toml)."
            )
        return number

    async def _alone(self, session: AsyncSession) -> None:
        """One order at a time, made by somebody who knows what happened so far."""
        await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        if not await _until(lambda: repository.ledger_is_up_to_date(session, self.node, _FRESH)):
            raise LedgerBehind

    async def _refuse_if_elsewhere(self, session: AsyncSession, call: str) -> None:
        node = await session.scalar(select(Call.node).where(Call.uid == call))
        if node != self.node:
            raise CannotRing(f"This call came to {node}; its call-backs are ordered there.")

    async def _write(self, call: str, kind: JournalKind, **told: str) -> Callback:
        """Write it down and wait until the ledger has it, so that the next order knows of it."""
        before = await self._stored(call)
        self.journal.write(Try(call, 0).uid, kind, **told)
        self.journal.flush()
        found: list[Callback] = []

        async def folded() -> bool:
            now = await self._stored(call)
            found[:] = [now] if now and (before is None or now.lines > before.lines) else []
            return bool(found)

        if not await _until(folded):
            raise LedgerBehind(written=True)
        return found[0]

    async def _stored(self, call: str) -> Callback | None:
        async with self.sessions() as session:
            return await repository.find(session, call)


async def _given_up(session: AsyncSession, call: str) -> GivenUp:
    query = (
        select(Ticket.caller, Ticket.language)
        .select_from(Call)
        .outerjoin(Ticket, Ticket.call_uid == Call.uid)
        .where(Call.uid == call, Call.outcome.in_(_GAVE_UP))
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotAbandoned(call)
    return GivenUp(call, row[0], "en" if row[1] == "en" else "zh")


async def _refuse_if_done(session: AsyncSession, given_up: GivenUp, number: str) -> None:
    """Nobody is rung who got through since, who was spoken to, or who is about to be."""
    ended = select(Call.ended_at).where(Call.uid == given_up.call).scalar_subquery()
    answered = (
        select(Call.uid)
        .join(Ticket, Ticket.call_uid == Call.uid)
        .where(Ticket.caller == given_up.caller, Call.answered_at > ended)
        .limit(1)
    )
    if uid := await session.scalar(answered):
        raise AlreadyDone(f"The caller got through since, in call {uid}.")
    to_them = or_(Callback.number == number, Callback.call_uid == given_up.call)
    spoken = Callback.state.in_((CallbackState.REACHED, CallbackState.SETTLED))
    done = select(Callback).where(
        to_them, or_(Callback.state.in_(LIVE), spoken & (Callback.ended_at > ended))
    )
    if other := await session.scalar(done.limit(1)):
        whose = f" by {other.agent}" if other.agent else ""
        raise AlreadyDone(f"There is a call-back to this caller already{whose}: {other.state}.")


async def _until(happened: Callable[[], Awaitable[bool]]) -> bool:
    """Ask ten times a second until something is so, or patience is over."""
    for _ in range(int(_PATIENCE * 10)):
        if await happened():
            return True
        await asyncio.sleep(0.1)
    return await happened()
