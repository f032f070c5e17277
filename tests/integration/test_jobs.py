"""Jobs: asked for inside a transaction, done once, tried again with patience, never for ever."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from procrastinate import App
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.clock import local_day, utc_now
from core.outbox import FINISH_RECORDING, RECORDINGS_QUEUE, defer_finish
from core.secrets import ensure_secrets
from core.settings import CHECKOUT, Settings
from jobs.app import make_app
from jobs.recordings import MISSING_AFTER, RETRY, RecordingJobs
from jobs.upkeep import RETRY_STALLED
from queues.callbacks.models import Callback, CallbackSource
from queues.callbacks.states import CallbackState
from queues.callbacks.uids import Try
from queues.models import Call
from recordings.capture import ArchiveFull, Captured, RecordingMissing, raw_path
from recordings.models import Recording, RecordingState
from tickets.outcomes import Outcome

pytestmark = pytest.mark.integration

Sessions = async_sessionmaker[AsyncSession]

UID = "1764000000.1"
BEGAN = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
ONE_SECOND = b"\x01\x00\x02\x00" * 8000


class Archivist:
    """Stands for the recordings room: counts what it is asked and answers as told."""

    def __init__(self, archive: Path, trouble: Exception | None = None) -> None:
        self.archive = archive
        self.trouble = trouble
        self.left = {"talk"}
        self.asked: list[str] = []
        self.forgotten: list[str] = []

    def jobs(self, sessions: Sessions) -> RecordingJobs:
        return RecordingJobs(
            sessions, self.talk, self.message, self._fill_in, self.forgotten.append, self.archive
        )

    def _fill_in(self, uid: str, segments: object) -> None:
        """No call of these tests was handed over."""

    def message(self, uid: str, began: datetime) -> Captured:
        return self._finish("message", f"message of {uid}")

    def talk(self, uid: str, began: datetime) -> Captured:
        return self._finish("talk", uid)

    def _finish(self, kind: str, uid: str) -> Captured:
        if kind not in self.left:
            raise RecordingMissing(f"The switch left no {kind}.")
        self.asked.append(uid)
        if self.trouble:
            raise self.trouble
        return Captured(self.archive / "2026/11/24" / f"{uid}.wav", 61.5, "ab" * 32, 2)


@pytest.fixture
def archivist(tmp_path: Path) -> Archivist:
    return Archivist(tmp_path)


@pytest.fixture
async def app(database_url: str, sessions: Sessions, archivist: Archivist) -> AsyncIterator[App]:
    jobs = archivist.jobs(sessions)
    async with make_app(database_url, jobs).open_async() as app:
        yield app


async def a_talk(sessions: Sessions, uid: str = UID, **facts: object) -> None:
    columns: dict[str, object] = {
        "uid": uid,
        "node": "node1",
        "line": "12345",
        "did": "12345",
        "caller": "13800000000",
        "started_at": BEGAN,
        "day": local_day(BEGAN),
        "keys": "",
        "queue_visits": 1,
        "outcome": Outcome.ANSWERED,
        "ended_at": BEGAN + timedelta(minutes=2),
        "orphaned": False,
        "late_changes": 0,
    }
    async with sessions.begin() as session:
        session.add(Call(**columns | facts))


async def asked_for(sessions: Sessions, *uids: str) -> None:
    async with sessions.begin() as session:
        await defer_finish(session, uids)


async def until_idle(app: App) -> None:
    """Do every recording job that is due, and those that would be due later."""
    work = partial(app.run_worker_async, queues=[RECORDINGS_QUEUE], wait=False)
    await work(install_signal_handlers=False, delete_jobs="successful")
    while await waiting(app):
        await app.connector.execute_query_async("UPDATE procrastinate_jobs SET scheduled_at = NULL")
        await work(install_signal_handlers=False, delete_jobs="successful")


async def waiting(app: App) -> list[str]:
    jobs = await app.job_manager.list_jobs_async(task=FINISH_RECORDING, status="todo")
    return [str(job.task_kwargs.get("uid")) for job in jobs]


async def stalled_are_looked_for(app: App) -> None:
    with suppress(AlreadyEnqueued):  # by the worker's own clock
        await app.tasks[RETRY_STALLED].defer_async(timestamp=0)
    await app.run_worker_async(queues=["upkeep"], wait=False, install_signal_handlers=False)


async def recording(sessions: Sessions, uid: str = UID) -> Recording | None:
    async with sessions() as session:
        return await session.get(Recording, uid)


async def test_a_talk_is_finished_and_its_row_says_where_and_what(
    app: App, sessions: Sessions
) -> None:
    await a_talk(sessions)
    await asked_for(sessions, UID)
    await until_idle(app)
    row = await recording(sessions)
    assert row is not None
    assert (row.state, row.path) == (RecordingState.FINISHED, f"2026/11/24/{UID}.wav")
    assert (row.seconds, row.channels, row.sha256) == (61.5, 2, "ab" * 32)


async def test_what_is_rolled_back_was_never_asked_for(app: App, sessions: Sessions) -> None:
    async with sessions() as session:
        await defer_finish(session, [UID])
        await session.rollback()
    assert await waiting(app) == []


async def test_a_batch_of_calls_is_asked_for_in_one_statement(app: App, sessions: Sessions) -> None:
    hostile = "1'; DROP TABLE call; --\n"
    await asked_for(sessions, *(str(n) for n in range(300)), hostile)
    assert sorted(await waiting(app)) == sorted([*(str(n) for n in range(300)), hostile])


async def test_asking_for_no_call_is_no_trouble(app: App, sessions: Sessions) -> None:
    await asked_for(sessions)
    assert await waiting(app) == []


async def test_a_recording_asked_for_twice_is_finished_once(
    app: App, sessions: Sessions, archivist: Archivist
) -> None:
    await a_talk(sessions)
    await asked_for(sessions, UID, UID)
    await until_idle(app)
    assert archivist.asked == [UID]


async def test_audio_that_never_comes_is_recorded_as_missing_after_a_few_looks(
    app: App, sessions: Sessions, archivist: Archivist
) -> None:
    archivist.trouble = RecordingMissing("The switch left no audio for this call.")
    await a_talk(sessions)
    await asked_for(sessions, UID)
    await until_idle(app)
    row = await recording(sessions)
    assert row is not None
    assert (row.state, row.path) == (RecordingState.MISSING, None)
    assert row.reason == "The switch left no audio for this call."
    assert len(archivist.asked) == MISSING_AFTER + 1


async def test_audio_that_came_late_is_finished_after_all(
    app: App, sessions: Sessions, archivist: Archivist
) -> None:
    archivist.trouble = RecordingMissing("not yet")
    await a_talk(sessions)
    await asked_for(sessions, UID)
    await app.run_worker_async(queues=[RECORDINGS_QUEUE], wait=False, install_signal_handlers=False)
    assert await recording(sessions) is None
    archivist.trouble = None
    await until_idle(app)
    row = await recording(sessions)
    assert row is not None
    assert row.state is RecordingState.FINISHED


async def test_a_message_is_finished_as_a_message(
    app: App, sessions: Sessions, archivist: Archivist
) -> None:
    archivist.left = {"message"}
    await a_talk(sessions, outcome=Outcome.VOICEMAIL)
    await asked_for(sessions, UID)
    await until_idle(app)
    assert archivist.asked == [f"message of {UID}"]
    assert await recording(sessions) is not None


async def test_a_message_left_before_an_answer_is_archived_beside_the_talk(
    app: App, sessions: Sessions, archivist: Archivist
) -> None:
    archivist.left = {"talk", "message"}
    await a_talk(sessions)
    await asked_for(sessions, UID)
    await until_idle(app)
    assert sorted(archivist.asked) == [UID, f"message of {UID}"]
    row = await recording(sessions)
    assert row is not None
    assert row.path == f"2026/11/24/{UID}.wav"


async def test_a_lost_talk_stays_missing_whatever_else_was_said(
    app: App, sessions: Sessions, archivist: Archivist
) -> None:
    archivist.left = {"message"}
    await a_talk(sessions)
    await asked_for(sessions, UID)
    await until_idle(app)
    row = await recording(sessions)
    assert row is not None
    assert row.state is RecordingState.MISSING


async def test_a_cough_is_archived_and_is_all_there_is_to_hear(
    app: App, sessions: Sessions, archivist: Archivist
) -> None:
    archivist.left = {"message"}
    await a_talk(sessions, outcome=Outcome.IVR_HANGUP)
    await asked_for(sessions, UID)
    await until_idle(app)
    row = await recording(sessions)
    assert row is not None
    assert row.path == f"2026/11/24/message of {UID}.wav"


async def test_nobody_misses_the_audio_of_a_call_that_need_not_have_any(
    app: App, sessions: Sessions, archivist: Archivist
) -> None:
    archivist.trouble = RecordingMissing("no audio")
    await a_talk(sessions, outcome=Outcome.ABANDONED)
    await asked_for(sessions, UID)
    await until_idle(app)
    assert await recording(sessions) is None
    assert archivist.asked == [UID]


async def test_a_full_disk_is_waited_for_and_then_given_up_with_its_reason(
    app: App, sessions: Sessions, archivist: Archivist
) -> None:
    archivist.trouble = ArchiveFull(Path("/archive"))
    await a_talk(sessions)
    await asked_for(sessions, UID)
    await until_idle(app)
    row = await recording(sessions)
    assert row is not None
    assert row.state is RecordingState.FAILED
    assert "no room left in /archive" in (row.reason or "")
    assert RETRY.max_attempts is not None
    assert len(archivist.asked) == RETRY.max_attempts + 1


async def test_each_attempt_waits_longer_and_the_last_comes_a_day_later() -> None:
    assert RETRY.max_attempts is not None
    waits = [RETRY.exponential_wait ** (n + 1) for n in range(RETRY.max_attempts)]
    assert waits == sorted(waits)
    assert sum(waits) > timedelta(days=1).total_seconds()


async def test_a_job_of_a_call_nobody_knows_does_nothing(
    app: App, sessions: Sessions, archivist: Archivist
) -> None:
    await asked_for(sessions, "../../etc/passwd")
    await until_idle(app)
    assert archivist.asked == []


async def test_a_job_left_behind_by_a_dead_worker_is_taken_up_again(
    app: App, sessions: Sessions, archivist: Archivist
) -> None:
    await a_talk(sessions)
    await asked_for(sessions, UID)
    dead = await app.job_manager.register_worker()
    assert await app.job_manager.fetch_job([RECORDINGS_QUEUE], dead) is not None
    await app.connector.execute_query_async(
        "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'"
    )
    await until_idle(app)
    assert archivist.asked == []
    await stalled_are_looked_for(app)
    await until_idle(app)
    assert archivist.asked == [UID]


async def test_a_job_at_work_is_left_to_its_worker(app: App, sessions: Sessions) -> None:
    await asked_for(sessions, UID)
    alive = await app.job_manager.register_worker()
    await app.job_manager.fetch_job([RECORDINGS_QUEUE], alive)
    await stalled_are_looked_for(app)
    assert await waiting(app) == []


async def test_the_search_asks_for_forgotten_talks_and_for_nothing_else(
    app: App, sessions: Sessions, archivist: Archivist
) -> None:
    now = utc_now()
    began = now - timedelta(hours=1)
    talk = partial(a_talk, sessions, started_at=began, day=local_day(began))
    earlier = now - timedelta(minutes=30)
    await talk("forgotten", ended_at=earlier)
    await talk("asked for", ended_at=earlier)
    await talk("finished", ended_at=earlier)
    await talk("just ended", ended_at=now)
    await talk("left a message", ended_at=earlier, outcome=Outcome.VOICEMAIL)
    await talk("abandoned", ended_at=earlier, outcome=Outcome.ABANDONED)
    await talk("running", ended_at=None, outcome=None)
    async with sessions.begin() as session:
        session.add(
            Recording(
                call_uid="finished", state=RecordingState.MISSING, reason="-", finished_at=now
            )
        )
    await asked_for(sessions, "asked for")
    jobs = archivist.jobs(sessions)
    await jobs.search(0)
    await jobs.search(0)
    assert sorted(await waiting(app)) == ["asked for", "forgotten", "left a message"]


async def test_the_worker_process_brings_real_audio_into_the_archive_and_stops_when_told(
    database_url: str, sessions: Sessions, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path, database_url=database_url)
    ensure_secrets(settings.secrets_file)
    raw = raw_path(settings, UID)
    raw.parent.mkdir(parents=True)
    raw.write_bytes(ONE_SECOND)
    await a_talk(sessions)
    await asked_for(sessions, UID)
    spoken = {"HOTLINE_HOME": str(tmp_path), "HOTLINE_DATABASE_URL": database_url}
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "jobs"),
        cwd=CHECKOUT,
        env=os.environ | spoken | {"PYTHONPATH": str(CHECKOUT)},
        stderr=asyncio.subprocess.PIPE,
    )
    row = await eventually(partial(recording, sessions))
    worker.send_signal(signal.SIGTERM)
    _, said = await asyncio.wait_for(worker.communicate(), 30)
    assert worker.returncode == 0, said.decode()
    assert (row.state, row.seconds) == (RecordingState.FINISHED, 1.0)
    assert (settings.recordings_dir / str(row.path)).read_bytes().endswith(ONE_SECOND)
    assert not raw.exists()


async def eventually(look: Callable[[], object], limit: float = 30) -> Recording:
    """Wait until the row is there."""
    async with asyncio.timeout(limit):
        while True:
            found = await look()  # type: ignore[misc]
            if isinstance(found, Recording):
                return found
            await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("row", "constraint"),
    [
        ("('1', 'finished', NULL, now())", "ck_recording_finished_is_complete"),
        ("('1', 'missing', NULL, now())", "ck_recording_reason_when_not_finished"),
        ("('1', 'lost', 'why', now())", "ck_recording_state"),
    ],
)
async def test_the_database_refuses_a_recording_that_says_nothing(
    sessions: Sessions, row: str, constraint: str
) -> None:
    async with sessions() as session:
        with pytest.raises(Exception, match=constraint):
            await session.execute(
                text(f"INSERT INTO recording (call_uid, state, reason, finished_at) VALUES {row}")  # noqa: S608
            )


async def a_callback(sessions: Sessions, result: str, state: CallbackState) -> Try:
    attempt = {"number": 1, "at": BEGAN.isoformat(), "agent": "8013", "result": result}
    async with sessions.begin() as session:
        session.add(
            Callback(
                call_uid=UID,
                source=CallbackSource.ASKED,
                state=state,
                number="13800000000",
                language="zh",
                priority=0,
                offered_at=BEGAN,
                taken_at=BEGAN,
                reached_at=BEGAN if state is CallbackState.REACHED else None,
                tries=1,
                missed=0,
                lines=5,
                attempts=[attempt],
            )
        )
    return Try(UID, 1)


async def test_the_talk_of_a_callback_is_archived_like_any_other_and_looked_for(
    app: App, archivist: Archivist, sessions: Sessions
) -> None:
    of = await a_callback(sessions, "reached", CallbackState.REACHED)
    await archivist.jobs(sessions).search(0)
    await archivist.jobs(sessions).search(0)
    assert await waiting(app) == [of.uid]
    await until_idle(app)
    async with sessions() as session:
        recording = await session.get_one(Recording, of.uid)
    assert (recording.state, recording.seconds) == (RecordingState.FINISHED, 61.5)
    assert recording.segments == [{"from": 0.0, "to": 61.5, "with": ["agent 8013"]}]


async def test_a_callback_that_nobody_answered_leaves_no_recording_and_no_fault(
    app: App, archivist: Archivist, sessions: Sessions
) -> None:
    archivist.left = set()
    of = await a_callback(sessions, "busy", CallbackState.NOT_REACHED)
    await asked_for(sessions, of.uid, Try(UID, 2).uid)
    await until_idle(app)
    async with sessions() as session:
        assert await session.get(Recording, of.uid) is None
