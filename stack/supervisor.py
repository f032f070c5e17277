"""The one supervisor of all processes, spoken to over its Unix socket."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from xmlrpc.client import Fault, ServerProxy

from supervisor.xmlrpc import SupervisorTransport

from core.clock import from_epoch
from core.errors import HotlineError
from core.settings import CHECKOUT, Settings
from stack.programs import Program, supervisor_configuration


@dataclass(frozen=True, slots=True)
class ProcessState:
    """What the supervisor sees of one process; `since` is ISO time, empty when it never ran."""

    name: str
    state: str
    pid: int
    since: str
    detail: str


class Supervisor:
    """Starts, stops and observes the processes of one home."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._socket = settings.run_dir / "supervisor.sock"

    def running(self) -> bool:
        """Return whether the supervisor itself answers."""
        if not self._socket.exists():
            return False
        try:
            with self._rpc() as supervisor:
                supervisor.getState()
        except OSError:
            return False
        return True

    def launch(self, table: list[Program]) -> None:
        """Start the supervisor with these processes, all of them still stopped."""
        path = self._settings.home / "supervisor.conf"
        # It repeats database URLs with their passwords.
        path.touch(mode=0o600)
        path.chmod(0o600)
        path.write_text(supervisor_configuration(self._settings, table))
        environment = os.environ | {
            "PYTHONPATH": str(CHECKOUT),
            "HOTLINE_HOME": str(self._settings.home),
        }
        run = subprocess.run(  # noqa: S603
            [sys.executable, "-P", "-m", "supervisor.supervisord", "-c", str(path)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
        )
        if run.returncode:
            raise HotlineError(f"The supervisor did not start: {run.stderr.strip()}")
        self._until_answering()

    def start(self, *names: str) -> None:
        """Start processes by program name; those already running are left alone."""
        for name in names:
            for state in self.states():
                if _program(state.name) == name and state.state not in ("RUNNING", "STARTING"):
                    self._call("startProcess", state.name, False)

    def restart(self, name: str) -> None:
        """Restart a program copy by copy, so that another copy serves meanwhile."""
        for state in self.states():
            if _program(state.name) == name and state.pid:
                self._call("stopProcess", state.name, True)
                self._call("startProcess", state.name, True)

    def stop(self, name: str) -> None:
        """Stop one process (all copies)."""
        for state in self.states():
            if name in (_program(state.name), state.name) and state.pid:
                self._call("stopProcess", state.name, True)

    def shut_down(self) -> None:
        """Stop everything, in reverse order, and wait until the supervisor is gone."""
        with self._rpc() as supervisor:
            pid = int(supervisor.getPID())
        self._call("shutdown")
        deadline = time.monotonic() + 60
        while _alive(pid):
            if time.monotonic() > deadline:
                raise HotlineError(f"The supervisor (pid {pid}) does not stop; see its log.")
            time.sleep(0.1)

    def states(self) -> list[ProcessState]:
        """Return every process as the supervisor sees it, in starting order."""
        with self._rpc() as supervisor:
            return [_state(row) for row in supervisor.getAllProcessInfo()]

    def _until_answering(self) -> None:
        deadline = time.monotonic() + 15
        while not self.running():
            if time.monotonic() > deadline:
                raise HotlineError("The supervisor does not answer on its socket; see its log.")
            time.sleep(0.05)

    @contextmanager
    def _rpc(self) -> Iterator[Any]:
        # A connection of its own for each call: the transport breaks after an error on it.
        transport = SupervisorTransport(None, None, f"unix://{self._socket}")
        try:
            yield ServerProxy("http://127.0.0.1", transport=transport).supervisor
        except Fault as fault:
            if "SHUTDOWN_STATE" not in fault.faultString:
                raise
            raise HotlineError("The hotline is being stopped from elsewhere.") from fault
        finally:
            transport.close()

    def _call(self, method: str, *arguments: object) -> None:
        try:
            with self._rpc() as supervisor:
                getattr(supervisor, method)(*arguments)
        except Fault as fault:
            # Already started or already stopped is what was wanted.
            if "ALREADY_STARTED" not in fault.faultString and "NOT_RUNNING" not in str(fault):
                raise HotlineError(f"The supervisor refused: {fault.faultString}") from fault


def _state(row: dict[str, Any]) -> ProcessState:
    group, name = row["group"], row["name"]
    full = name if group == name else f"{group}:{name}"
    since = from_epoch(row["start"]).isoformat(timespec="seconds") if row["start"] else ""
    return ProcessState(full, row["statename"], row["pid"], since, row["description"])


def _program(name: str) -> str:
    return name.split(":", maxsplit=1)[0]


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
