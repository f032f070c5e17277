"""`./hotline up` and `down` as the list of what happens, in order. Every step may be repeated."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from core.errors import HotlineError
from core.settings import Settings
from stack.account import ensure_account
from stack.configure import configure
from stack.fingerprint import fingerprint
from stack.health import health_of
from stack.in_step import Home, known_flows, reload_switch
from stack.layout import ensure_home
from stack.orphans import end_orphans, find_orphans
from stack.packages import ensure_packages
from stack.ports import check_ports
from stack.private_servers import ensure_cluster, ensure_database, write_redis_configuration
from stack.programs import Program, programs
from stack.progress import Progress
from stack.started import check_unchanged, note_start
from stack.supervisor import ProcessState, Supervisor
from stack.survival_kit import install_survival_kit
from stack.switch import Switch, ensure_switch, find_switch
from stack.take_in import take_in_flows

LONGEST_START = 120.0
READ_ONLY_AT_START = frozenset(
    {
        "asterisk.conf",
        "cel_custom.conf",
        "http.conf",
        "logger.conf",
        "manager.conf",
        "modules.conf",
        "rtp.conf",
    }
)


@dataclass(frozen=True, slots=True)
class Part:
    """One process as a person wants to see it: what the supervisor says, and whether it works."""

    process: ProcessState
    fault: str

    @property
    def healthy(self) -> bool:
        """Running and working."""
        return self.process.state == "RUNNING" and not self.fault


def install(settings: Settings, progress: Progress) -> Switch:
    """Make the machine able to run a hotline, without starting anything."""
    ensure_packages(progress)
    ensure_account(progress)
    return ensure_switch(settings, progress)


def up(settings: Settings, progress: Progress) -> bool:
    """Bring the hotline up, or up to date when it runs already; return whether it ran already.

    Raises HotlineError; a first start that fails leaves nothing running.
    """
    switch = install(settings, progress)
    ensure_home(settings, progress)
    supervisor = Supervisor(settings)
    running = supervisor.running()
    if running:
        check_unchanged(settings)
    else:
        _clear(settings, progress)
        check_ports(settings)
    changed = configure(settings, switch, known_flows(settings), progress)
    if running:
        _take_effect(settings, switch, changed, progress)
    install_survival_kit(settings)
    ensure_cluster(settings, progress)
    if not settings.redis_url:
        write_redis_configuration(settings)
    table = programs(settings, switch)
    if not running:
        note_start(settings)
        supervisor.launch(table)
    try:
        _start(supervisor, settings, switch, table, progress)
    except HotlineError:
        if not running:
            supervisor.shut_down()
        raise
    if running:
        _refresh(supervisor, settings, switch, table, progress)
    (settings.home / "fingerprint").write_text(fingerprint(settings))
    return running


def down(settings: Settings) -> bool:
    """Stop everything of this home; return whether anything was running."""
    supervisor = Supervisor(settings)
    if supervisor.running():
        supervisor.shut_down()
        return True
    orphans = find_orphans(settings)
    end_orphans(orphans)
    return bool(orphans)


def parts(settings: Settings) -> list[Part]:
    """Return every process with its health. Raises HotlineError when nothing runs."""
    supervisor = Supervisor(settings)
    if not supervisor.running():
        raise _not_running(settings)
    switch = find_switch(settings)
    return [
        Part(state, health_of(state.name.split(":")[0], settings, switch))
        for state in supervisor.states()
    ]


def _not_running(settings: Settings) -> HotlineError:
    orphans = find_orphans(settings)
    if not orphans:
        return HotlineError("The hotline is not running. Start it with ./hotline up.")
    names = ", ".join(orphan.name for orphan in orphans)
    return HotlineError(
        f"The supervisor was killed; still running: {names}. ./hotline up starts all of it anew."
    )


def _clear(settings: Settings, progress: Progress) -> None:
    if orphans := find_orphans(settings):
        names = ", ".join(orphan.name for orphan in orphans)
        with progress.working(f"Ending what a killed supervisor left: {names}"):
            end_orphans(orphans)


def _start(
    supervisor: Supervisor,
    settings: Settings,
    switch: Switch,
    table: list[Program],
    progress: Progress,
) -> None:
    """Servers first, then the tables, then the switch, then what is ours."""
    names = [program.name for program in table]
    servers = [name for name in names if name in ("postgres", "redis")]
    ours = [name for name in names if name not in ("postgres", "redis", "asterisk")]
    with progress.working("Starting PostgreSQL and Redis"):
        supervisor.start(*servers)
        _until_healthy(servers, settings, switch)
    with progress.working("Bringing the database up to date"):
        ensure_database(settings)
    take_in_flows(settings, Home(settings, switch), progress)
    with progress.working("Starting Asterisk"):
        supervisor.start("asterisk")
        _until_healthy(["asterisk"], settings, switch)
    with progress.working("Starting the hotline's own processes"):
        supervisor.start(*ours)
        _until_healthy(ours, settings, switch)


def _until_healthy(names: Iterable[str], settings: Settings, switch: Switch) -> None:
    deadline = time.monotonic() + LONGEST_START
    for name in names:
        while fault := health_of(name, settings, switch):
            if time.monotonic() > deadline:
                raise HotlineError(
                    f"{name} does not become healthy: {fault}. See ./hotline logs {name}."
                )
            time.sleep(0.1)


def _take_effect(
    settings: Settings, switch: Switch, changed: list[str], progress: Progress
) -> None:
    """Let a running switch read what changed; no call in progress is touched."""
    if changed:
        with progress.working("Reloading Asterisk's configuration"):
            reload_switch(settings, switch)
    if late := sorted(READ_ONLY_AT_START.intersection(changed)):
        progress.fact("Not yet in effect", f"{', '.join(late)}: ./hotline down, then up")


def _refresh(
    supervisor: Supervisor,
    settings: Settings,
    switch: Switch,
    table: list[Program],
    progress: Progress,
) -> None:
    """Restart our own processes when what they were started from has changed."""
    mark = settings.home / "fingerprint"
    if mark.exists() and mark.read_text() == fingerprint(settings):
        return
    for name in (program.name for program in table if not program.serves):
        with progress.working(f"Restarting {name}"):
            supervisor.restart(name)
            _until_healthy([name], settings, switch)
