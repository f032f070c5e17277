"""One sipp process: started with a scenario, steered by datagrams, heard through its log.

An order is a datagram that looks like a request of the call it is about, with a method SIP does
not have; the scenario branches on it. Phones and load runs are built on this.
"""

import asyncio
import contextlib
import itertools
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from phones.errors import PortTakenError, SippFailedError, SippMissingError
from phones.media import bind_udp
from phones.orders import Report, order

START_LIMIT = 10.0
_HELLO_EVERY = 0.02
# SIPp drops an order that arrives between two steps of its scenario. Two seconds are more than a
# busy machine needs; an order for a call that is over is never heard.
ORDER_EVERY = 0.1
ORDER_ATTEMPTS = 20
# Should we die without closing it, the kernel ends sipp with us; this bounds what remains.
LIFETIME = "6h"
_LOG_CHUNK = 65536


def free_port(ip: str) -> int:
    """Return a UDP port that is free now."""
    with bind_udp(ip, 0) as sock:
        return int(sock.getsockname()[1])


class Sipp:
    """A sipp process at ip:port. `on_report` hears its log, `on_death` why it ended by itself."""

    def __init__(
        self,
        ip: str,
        port: int,
        on_report: Callable[[Report], None],
        on_death: Callable[[str], None],
    ) -> None:
        self.ip, self.port = ip, port
        self._on_report, self._on_death = on_report, on_death
        self._folder = tempfile.TemporaryDirectory(prefix="hotline-sipp-")
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._log = -1
        self._unfinished = b""
        self._serials = itertools.count(1)
        self._orders = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._ready = asyncio.Event()
        self._unheard: dict[int, asyncio.TimerHandle] = {}

    @property
    def folder(self) -> Path:
        """Where sipp works and leaves its files; removed by `close`."""
        return Path(self._folder.name)

    async def launch(self, scenario: str, *arguments: str) -> None:
        """Start the process. Raises SippMissingError."""
        program = shutil.which("sipp")
        if program is None:
            raise SippMissingError
        (self.folder / "scenario.xml").write_text(scenario)
        self._open_log()
        self._process = await asyncio.create_subprocess_exec(
            *_dies_with_us(),
            program,
            *("-sf", "scenario.xml", "-i", self.ip, "-p", str(self.port), "-nostdin"),
            *("-trace_logs", "-log_file", "log", "-trace_err", "-error_file", "errors"),
            *("-ci", "127.0.0.1", "-mi", _unused_address(self.port), "-timeout", LIFETIME),
            *arguments,
            cwd=self.folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        self._watch = asyncio.create_task(self._watch_death(self._process), name="sipp watch")

    async def ready(self) -> None:
        """Wait until the scenario hears orders. Raises PortTakenError, SippFailedError."""
        process = self._process
        for _ in range(round(START_LIMIT / _HELLO_EVERY)):
            if process is None or process.returncode is not None:
                break
            self._send("HELLO", f"hello-{next(self._serials)}", {}, b"")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ready.wait(), _HELLO_EVERY)
                return
        raise self.failure()

    def tell(
        self, verb: str, call_id: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> None:
        """Give the scenario an order about one call, repeated until it is heard or too late."""
        self._repeat(verb, call_id, headers or {}, body, next(self._serials), ORDER_ATTEMPTS)

    def _repeat(
        self,
        verb: str,
        call_id: str,
        headers: Mapping[str, str],
        body: bytes,
        number: int,
        attempts: int,
    ) -> None:
        self._unheard.pop(number, None)
        if attempts == 0:
            return
        self._send(verb, call_id, {**headers, "X-Order": str(number)}, body)
        self._unheard[number] = asyncio.get_running_loop().call_later(
            ORDER_EVERY, self._repeat, verb, call_id, headers, body, number, attempts - 1
        )

    def _send(self, verb: str, call_id: str, headers: Mapping[str, str], body: bytes) -> None:
        datagram = order(verb, call_id, next(self._serials), headers, body)
        self._orders.sendto(datagram, (self.ip, self.port))

    def freeze(self) -> None:
        """Stop the process where it stands: it keeps its port and answers nothing."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGSTOP)

    async def ended(self) -> int:
        """Wait until the process ends by itself and return its exit status."""
        if self._process is None:
            raise SippFailedError("it was never started")
        status = await self._process.wait()
        self._read_log()  # what it said last may still be in the pipe
        return status

    def failure(self) -> PortTakenError | SippFailedError:
        """Return why the process failed, from its own words."""
        path = self.folder / "errors"
        words = path.read_text(errors="replace") if path.exists() else ""
        if "main socket" in words and "Address already in use" in words:
            return PortTakenError(self.ip, self.port)
        return SippFailedError(" ".join(words.split())[-500:])

    async def close(self) -> None:
        """End the process by its id, wait for it, remove its files."""
        if self._watch is not None:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        for repetition in self._unheard.values():
            repetition.cancel()
        if self._log >= 0:
            asyncio.get_running_loop().remove_reader(self._log)
            os.close(self._log)
            self._log = -1
        self._orders.close()
        self._folder.cleanup()

    async def _watch_death(self, process: asyncio.subprocess.Process) -> None:
        await process.wait()
        self._on_death(str(self.failure()))

    def _open_log(self) -> None:
        """A pipe with a name: sipp appends lines to it as to any file, we hear them at once."""
        path = self.folder / "log"
        os.mkfifo(path, 0o600)
        # Opened for both ends, so that opening does not wait for sipp and reading never ends.
        self._log = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        asyncio.get_running_loop().add_reader(self._log, self._read_log)

    def _read_log(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while chunk := os.read(self._log, _LOG_CHUNK):
                *lines, self._unfinished = (self._unfinished + chunk).split(b"\n")
                for line in lines:
                    self._take(Report.parse(line.decode(errors="backslashreplace")))

    def _take(self, report: Report) -> None:
        if report.name == "heard":
            self._on_heard(report)
        else:
            self._on_report(report)

    def _on_heard(self, report: Report) -> None:
        self._ready.set()
        repetition = self._unheard.pop(report.number("order") or 0, None)
        if repetition is not None:
            repetition.cancel()


def _unused_address(port: int) -> str:
    """A loopback address of its own for the media sockets that sipp opens and our phones ignore.

    On one shared address sipp finds no media port any more after fifty phones.
    """
    return f"127.64.{port >> 8}.{port & 255}"


def _dies_with_us() -> Sequence[str]:
    """The prefix by which the kernel ends a process whose parent is gone, where there is one."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL"] if setpriv else []
