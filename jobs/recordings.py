"""Finish the recordings of ended calls, and look for talks whose recording was forgotten.

The ledger asks for each call that waited, talked or spoke in the transaction that settles it
(`core.outbox`), since the switch opens files for all of them; the search is for what slipped
through, such as a job lost with a restored backup.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from procrastinate import App, JobContext, RetryStrategy
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.clock import local_day, utc_now
from core.errors import HotlineError
from core.outbox import FINISH_RECORDING, RECORDINGS_QUEUE, defer_finish
from jobs import repository
from jobs.repository import EndedCall
from queues.callbacks.uids import read_try
from recordings.capture import Captured, RecordingMissing, UnsafeUid
from recordings.models import Recording, RecordingState
from recordings.wav import BrokenWav
from tickets.outcomes import Outcome

log = structlog.get_logger()

# 3 s, 9 s, 27 s … 16 h: a full disk may take a night to be noticed.
RETRY = RetryStrategy(max_attempts=10, exponential_wait=3)
# The switch closes its file a moment after the call; after 39 s nothing more will come.
MISSING_AFTER = 3

SEARCH = "recordings.search"
_SEARCH_DAYS = 7
_SEARCH_AFTER = timedelta(minutes=10)
_SEARCH_LIMIT = 500
_LONGEST_REASON = 300


# Outcomes that leave audio behind. What other calls leave, such as a cough, nobody misses.
WITH_AUDIO = frozenset(
    {Outcome.ANSWERED, Outcome.DIVERTED, Outcome.HANDED_TO_EMERGENCY, Outcome.VOICEMAIL}
)

# Blocks while it writes; the recordings room's own functions with their settings.
Finish = Callable[[str, datetime], Captured]
FillIn = Callable[[str, Sequence[Mapping[str, Any]]], None]
Forget = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class RecordingJobs:
    """The tasks about recordings and what they work with."""

    sessions: async_sessionmaker[AsyncSession]
    finish_talk: Finish
    finish_message: Finish
    fill_in: FillIn
    forget: Forget
    archive: Path

    def register(self, app: App) -> None:
        """Make the tasks known to the worker."""
        app.task(name=FINISH_RECORDING, queue=RECORDINGS_QUEUE, retry=RETRY, pass_context=True)(
            self.finish
        )
        search = app.task(name=SEARCH, queue=RECORDINGS_QUEUE, queueing_lock=SEARCH)(self.search)
        app.periodic(cron="*/5 * * * *")(search)

    async def finish(self, context: JobContext, uid: str) -> None:
        """Finish one recording and write down what became of it; harmless when done before."""
        async with self.sessions() as session:
            of = read_try(uid)
            call = await (
                repository.ended_callback(session, of)
                if of
                else repository.ended_call(session, uid)
            )
            known = await repository.state_of(session, uid)
        if call is None or known is RecordingState.FINISHED:
            log.info("recording needs no finishing", call=uid, known=known)
        elif recording := await self._verdict(call, context.job.attempts):
            async with self.sessions.begin() as session:
                await repository.store(session, recording)
        await asyncio.to_thread(self.forget, uid)

    async def search(self, timestamp: int) -> None:
        """Ask for every talk of the last days that has neither recording nor job."""
        del timestamp
        now = utc_now()
        async with self.sessions.begin() as session:
            uids = await repository.forgotten_calls(
                session,
                since=local_day(now - timedelta(days=_SEARCH_DAYS)),
                before=now - _SEARCH_AFTER,
                outcomes=WITH_AUDIO,
                limit=_SEARCH_LIMIT,
            )
            await defer_finish(session, uids)
        if uids:
            log.warning("recordings had been forgotten", calls=len(uids), first=uids[0])

    async def _verdict(self, call: EndedCall, attempts: int) -> Recording | None:
        """Return the row to store, if any; raise while another attempt is worth it."""
        uid = call.uid
        try:
            done = await asyncio.to_thread(self._empty_spool, call)
        except UnsafeUid as error:
            return _without_audio(uid, RecordingState.FAILED, error)
        except RecordingMissing as error:
            if call.outcome not in WITH_AUDIO:
                return None
            if attempts < MISSING_AFTER:
                raise
            return _without_audio(uid, RecordingState.MISSING, error)
        except Exception as error:
            if RETRY.max_attempts and attempts < RETRY.max_attempts:
                raise
            log.exception("recording given up", call=uid)
            return _without_audio(uid, RecordingState.FAILED, error)
        return Recording(
            call_uid=uid,
            state=RecordingState.FINISHED,
            path=str(done.path.relative_to(self.archive)),
            seconds=done.seconds,
            channels=done.channels,
            sha256=done.sha256,
            segments=call.segments or _of_one_agent(call, done.seconds),
            finished_at=utc_now(),
        )

    def _empty_spool(self, call: EndedCall) -> Captured:
        """Archive whatever the call left; return the audio it is known by. Raises what they do.

        A message before an answer, or a cough, is archived beside the talk that should be there.
        """
        self.fill_in(call.uid, call.segments or ())
        finish, other = self.finish_talk, self.finish_message
        if call.outcome is Outcome.VOICEMAIL:
            finish, other = other, finish
        aside = _if_any(other, call)
        try:
            return finish(call.uid, call.started_at)
        except RecordingMissing:
            if aside is None or call.outcome in WITH_AUDIO:
                raise
            return aside


def _of_one_agent(call: EndedCall, seconds: float) -> list[dict[str, Any]] | None:
    """Name the one voice on the right of a call-back, from beginning to end."""
    if call.agent is None:
        return None
    return [{"from": 0.0, "to": seconds, "with": [f"agent {call.agent}"]}]


def _if_any(finish: Finish, call: EndedCall) -> Captured | None:
    try:
        return finish(call.uid, call.started_at)
    except RecordingMissing:
        return None
    except BrokenWav:
        log.exception("audio left in the spool", call=call.uid)
        return None


def _without_audio(uid: str, state: RecordingState, error: Exception) -> Recording:
    reason = str(error) if isinstance(error, HotlineError) else f"{type(error).__name__}: {error}"
    return Recording(
        call_uid=uid, state=state, reason=reason[:_LONGEST_REASON], finished_at=utc_now()
    )
