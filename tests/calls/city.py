"""A small city for the call tests: a whole hotline of its own, and people who use its phones."""

import asyncio
import fcntl
import itertools
import os
import shutil
import signal
import time
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg.rows import dict_row

from core.clock import local, utc_now
from core.errors import HotlineError
from core.settings import CHECKOUT, Settings
from ivr.store import flow_files
from phones.agent import Agent
from phones.calls import AgentCall
from phones.citizen import Citizen
from phones.partner import Partner
from phones.states import CallState
from queues.callbacks.states import LIVE
from queues.callbacks.uids import Try
from queues.journal import JournalKind
from recordings.making import RECIPE
from stack import bring_up
from stack.health import console, health_of
from stack.ports import check_ports
from stack.progress import Silent
from stack.supervisor import Supervisor
from stack.switch import find_switch
from telephony.journal import Journal

# Long enough for a busy machine, short enough that a broken promise fails today.
PATIENCE = 20.0
# The longest greeting, and a moment for what is on air.
WAITING_IN_TESTS = 16
RINGING_IN_TESTS = 4
LAW, POLICE, ENGLISH = "8299001", "8299002", "8299003"
COUNTERS = {LAW: "counter-law", POLICE: "counter-police", ENGLISH: "counter-english"}
IMPATIENT_CALLBACKS = {
    'hours = "08:00-21:00"': 'hours = "00:00-24:00"',
    "pause = 300": "pause = 2",
    "ring = 30": "ring = 5",
}
# Automatic follow-up of one type, at any hour.
FOLLOW_UPS_AT_ANY_HOUR = {
    'hours = "08:30-12:00, 14:00-20:30"': 'hours = "00:00-24:00"',
    "automatic = []": 'automatic = ["QZ"]',
    "ring = 30": "ring = 5",
}
# Above what speech and music reach, so that a prompt is never taken for a person.
CITIZEN, AGENT, SECOND_AGENT, PARTNER = 2150, 2450, 2750, 3050
TONES = {CITIZEN, AGENT, SECOND_AGENT, PARTNER}


class City:
    """One running hotline and its phone numbers. `row` and `ticket` read what the ledger wrote."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._switch = find_switch(settings)
        self._numbers = itertools.count(int(time.time()) % 100000 * 100)

    @property
    def server(self) -> tuple[str, int]:
        """Where Asterisk listens for SIP."""
        return ("127.0.0.1", self.settings.sip_port)

    def fresh_number(self) -> str:
        """A caller number that no other test uses."""
        return f"139{next(self._numbers):08d}"

    def citizen(self, to: str = "12345", number: str | bytes = "", **how: Any) -> Citizen:
        """A citizen who has not dialled yet."""
        return Citizen(self.server, number or self.fresh_number(), to, tone=CITIZEN, **how)

    @asynccontextmanager
    async def agent(self, number: str = "8013", **how: Any) -> AsyncIterator[Agent]:
        """A seat whose phone is registered and signed in; signed out at the end."""
        how.setdefault("tone", AGENT)
        phone = Agent(number, self.settings.secrets.sip_password(number), self.server, **how)
        async with phone:
            await phone.register()
            await self.until(
                lambda: "Avail" in self.console(f"pjsip show aor {number}"), "a reachable phone"
            )
            self.sign(number, "in")
            try:
                yield phone
            finally:
                self.sign(number, "out")

    @asynccontextmanager
    async def homes(self, *numbers: str | bytes, **how: Any) -> AsyncIterator[Partner]:
        """Citizens' own phones, which take call-backs; answering unless told otherwise."""
        port = self.settings.trunk_port
        async with Partner(
            {str(n) for n in numbers}, "127.0.0.2", port, tone=CITIZEN, **how
        ) as phone:
            yield phone

    @asynccontextmanager
    async def partners(self, *numbers: str, **how: Any) -> AsyncIterator[Partner]:
        """Partner lines such as 110, answering unless told otherwise."""
        port = self.settings.partner_port
        async with Partner(set(numbers), "127.0.0.2", port, tone=PARTNER, **how) as phone:
            yield phone

    def sign(self, number: str, way: str) -> None:
        """Sign a seat in or out of the queues, as the switch's own console does."""
        verb = "add member" if way == "in" else "remove member"
        tail = "to" if way == "in" else "from"
        extra = f" penalty 0 as {number} state_interface PJSIP/{number}" if way == "in" else ""
        for queue in ("GEN", "ENT", "EN"):
            self.console(f"queue {verb} PJSIP/{number} {tail} {queue}{extra}")

    def console(self, line: str) -> str:
        """What Asterisk's console answers."""
        return console(self.settings, self._switch, line)

    def query(self, sql: str, *values: object) -> list[dict[str, Any]]:
        """Read from the hotline's own database."""
        url = self.settings.database.replace("postgresql+psycopg", "postgresql")
        with psycopg.connect(url, row_factory=dict_row) as connection:
            return connection.execute(sql, values).fetchall()

    async def row(self, number: str | bytes, seconds: float = PATIENCE) -> dict[str, Any]:
        """The finished call of a caller number, as soon as the ledger has it."""
        sql = "SELECT * FROM call WHERE caller = %s AND settled_at IS NOT NULL ORDER BY started_at"
        rows: list[dict[str, Any]] = []

        def found() -> bool:
            rows[:] = self.query(sql, number)
            return bool(rows)

        try:
            await self.until(found, f"a finished call of {number!r}", seconds)
        except AssertionError as error:
            error.add_note(self._what_is_known_of(number))
            raise
        return rows[-1]

    def _what_is_known_of(self, number: str | bytes) -> str:
        lines = self.query(
            "SELECT e.at, e.line FROM switch_event e JOIN call c ON c.uid = e.call_uid"
            " WHERE c.caller = %s ORDER BY e.at",
            number,
        )
        return "\n".join(f"{line['at']} {line['line']}" for line in lines) or "nothing is known"

    async def waiting(self, queue: str = "GEN", count: int = 1) -> None:
        """Until so many callers wait in the queue."""
        await self.until(
            lambda: f"{queue} has {count} calls" in self.console(f"queue show {queue}"),
            f"{count} callers in {queue}",
        )

    async def hears_words(self, citizen: Citizen, seconds: float = PATIENCE) -> None:
        """Until something is said to the citizen."""
        await self.until(lambda: citizen.heard_level(0.4) > 200, "words for the citizen", seconds)

    async def talking(
        self, citizen: Citizen, agent: Agent, tone: int = AGENT, seconds: float = 40
    ) -> AgentCall:
        """Until the two hear each other. Both ways, since a prompt may sound like one of them."""
        found: list[AgentCall] = []

        def together() -> bool:
            found[:] = [
                call
                for call in agent.calls
                if call.state == CallState.TALKING and call.hears({CITIZEN}, 0.4)
            ]
            return bool(found) and citizen.hears({tone}, 0.4) == {tone}

        await self.until(together, "talk between citizen and agent", seconds)
        return found[-1]

    async def leaves_message(self, citizen: Citizen, seconds: float = 4) -> None:
        """Wait for the beep, speak for so long and end with #."""
        await self.until(lambda: "!Record!" in self.channels(), "the beep", 40)
        await self.until(lambda: self._newest_message() > seconds, "a message")
        await citizen.press("#")

    def channels(self) -> str:
        """Every channel and what it does."""
        return self.console("core show channels concise")

    def _newest_message(self) -> float:
        files = (self.settings.spool_dir / "messages").glob("*.wav")
        newest = max(files, key=lambda file: file.stat().st_mtime, default=None)
        return newest.stat().st_size / 16000 if newest else 0.0

    async def quiet(self) -> None:
        """Until no channel is up: one test's callers never reach into the next."""
        await self.until(
            lambda: "0 active channels" in self.console("core show channels count"), "quiet lines"
        )

    async def well(self) -> None:
        """Until every process is healthy again: one test's faults never reach into the next."""
        await self.until(
            lambda: all(part.healthy for part in bring_up.parts(self.settings)), "health", 40
        )

    async def forgiven(self) -> None:
        """Until no call-back is owed: one test's promises never ring the next test's agents."""
        journal = Journal(self.settings.journal)

        def nobody_waits() -> bool:
            owed = self.query("SELECT call_uid FROM callback WHERE state = ANY(%s)", list(LIVE))
            for row in owed:
                uid = Try(row["call_uid"], 0).uid
                journal.write(uid, JournalKind.CALLBACK_CANCELLED, reason="test-over")
            journal.flush()
            if owed:
                self.console("channel request hangup all")
            return not owed

        await self.until(nobody_waits, "end of all call-backs", 40)

    async def until(
        self, happened: Callable[[], object], what: str, seconds: float = PATIENCE
    ) -> None:
        """Wait on a condition with a limit; the failure says what was awaited."""
        deadline = time.monotonic() + seconds
        while not await asyncio.to_thread(happened):
            assert time.monotonic() < deadline, f"in {seconds:.0f} s there was no {what}"
            await asyncio.sleep(0.1)

    def pids(self, program: str) -> list[int]:
        """Process ids of one program's copies."""
        states = Supervisor(self.settings).states()
        return [state.pid for state in states if state.name.split(":")[0] == program and state.pid]

    def kill(self, program: str) -> None:
        """Kill a program as a fault would; the supervisor brings it back."""
        for pid in self.pids(program):
            os.kill(pid, signal.SIGKILL)

    @contextmanager
    def frozen(self, program: str) -> Iterator[None]:
        """A program that is there but says nothing."""
        pids = self.pids(program)
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    @contextmanager
    def stopped(self, program: str) -> Iterator[None]:
        """A program that is away; back and working at the end."""
        supervisor = Supervisor(self.settings)
        supervisor.stop(program)
        try:
            yield
        finally:
            supervisor.start(program)
            while health_of(program, self.settings, self._switch):
                time.sleep(0.1)


def build_city(worker: int, wrap_up: int = 0) -> Settings:
    """Bring a hotline up for one test worker, with its own home, ports and shorter waits.

    `wrap_up` seconds pass between a talk and the agent's next one.
    """
    home = Path(f"/tmp/hl{zlib.crc32(str(CHECKOUT).encode()):08x}-{worker}")
    if home.exists():  # a run that was killed leaves its hotline behind
        raze(Settings(home=home))
    config = _impatient_configuration(home, wrap_up)
    slot = next(slot for slot in range(worker, 10, 2) if _taken(_at(home, config, slot), slot))
    settings = _at(home, config, slot)
    shelf = settings.cache / f"test-sounds-{RECIPE}"
    if shelf.exists():
        shutil.copytree(shelf, settings.sounds_dir, copy_function=os.link)
    try:
        bring_up.up(settings, Silent())
    except HotlineError:
        raze(settings)
        raise
    if not shelf.exists():
        shutil.copytree(settings.sounds_dir, shelf.with_suffix(f".{worker}"))
        try:
            shelf.with_suffix(f".{worker}").rename(shelf)
        except OSError:
            shutil.rmtree(shelf.with_suffix(f".{worker}"))
    return settings


def _at(home: Path, config: Path, slot: int) -> Settings:
    return Settings(
        home=home,
        config_dir=config,
        sip_port=15060 + slot * 10,
        partner_port=15090 + slot * 10 + 1,
        trunk_port=15090 + slot * 10 + 2,
        agi_port=14573 + slot * 10,
        ami_port=15038 + slot * 10,
        http_port=18345 + slot * 10,
        phone_port=18346 + slot * 10,
        rtp_start=40000 + slot * 2000,
        rtp_end=41999 + slot * 2000,
        node=f"test{slot}",
    )


# Kept open, and with them the locks, until this run ends.
_LOCKS: list[IO[bytes]] = []


def _taken(settings: Settings, slot: int) -> bool:
    """Take ports that no other run of the tests on this machine has; its faults free them for
    moments, so that looking at the ports alone is not enough."""
    lock = Path(f"/tmp/hotline-test-ports-{slot}").open("ab")  # noqa: SIM115 - outlives this
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        check_ports(settings)
    except (OSError, HotlineError):
        lock.close()
        return False
    _LOCKS.append(lock)
    return True


def raze(settings: Settings) -> None:
    """Stop the hotline and remove its home."""
    bring_up.down(settings)
    shutil.rmtree(settings.home)


def _impatient_configuration(home: Path, wrap_up: int) -> Path:
    """The shipped configuration, except that callers wait seconds instead of minutes."""
    folder = home / "config"
    shutil.copytree(CHECKOUT / "config", folder)
    for flow in flow_files(folder / "flows"):
        text = flow.read_text()
        assert "timeout: 180" in text, f"{flow.name} has no waiting time to shorten"
        flow.write_text(text.replace("timeout: 180", f"timeout: {WAITING_IN_TESTS}"))
    lines = folder / "lines.toml"
    assert "answer_timeout = 20" in lines.read_text()
    lines.write_text(
        lines.read_text().replace("answer_timeout = 20", f"answer_timeout = {RINGING_IN_TESTS}")
    )
    for name, changes in (
        ("callbacks.toml", IMPATIENT_CALLBACKS),
        ("followup.toml", FOLLOW_UPS_AT_ANY_HOUR),
    ):
        text = (folder / name).read_text()
        for patient, impatient in changes.items():
            assert patient in text, f"{name} has no {patient} to change"
            text = text.replace(patient, impatient)
        (folder / name).write_text(text)
    queues = folder / "queues.toml"
    text = queues.read_text().replace("ring_timeout = 15", "ring_timeout = 5")
    queues.write_text(
        text.replace("wrap_up = 10", f"wrap_up = {wrap_up}").replace(
            "overflow_after = 40", "overflow_after = 5"
        )
    )
    assert "after = 10" in text
    queues.write_text(queues.read_text().replace("after = 10", "after = 4"))
    _open_counters(folder)
    _open_partners(folder)
    return folder


def _open_partners(folder: Path) -> None:
    """Partner lines for the tests of hours and capacity: one that is not staffed today, and one
    that takes a single call."""
    another_day = (local(utc_now()) + timedelta(days=3)).strftime("%a").lower()
    limits = {"shut": f'hours = ["{another_day} 00:00-23:59"]', "narrow": "capacity = 1"}
    with (folder / "lines.toml").open("a") as lines:
        for place, (code, limit) in enumerate(limits.items()):
            lines.write(
                f'\n[[partner]]\ncode = "{code}"\nname = "{code}"\nnumbers = ["{96305 + place}"]\n'
                f'trunk = "demo"\ndial = "{991 + place}"\nanswer_timeout = {RINGING_IN_TESTS}\n'
                f"emergency = false\n{limit}\n"
            )


def _open_counters(folder: Path) -> None:
    """Lines that lead straight to one queue, for the tests of queues."""
    with (folder / "lines.toml").open("a") as lines:
        for number, flow in COUNTERS.items():
            shutil.copy(Path(__file__).parent / f"flows/{flow}.yaml", folder / "flows")
            lines.write(
                f'\n[[line]]\ncode = "{flow}"\nname = "{flow}"\nnumbers = ["{number}"]\n'
                f'flow = "{flow}"\n'
            )
