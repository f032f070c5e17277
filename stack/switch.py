"""Which Asterisk runs here: the machine's own, apt's, or a private root made from Debian sid.

A private root is run through its own dynamic loader, not by chroot: it needs no root rights at run
time, sees the same paths as we do, and what it starts are ordinary programs of the machine.
"""

import os
import pwd
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from core.errors import HotlineError
from core.settings import Settings
from stack.progress import Progress

OLDEST = 20
LAYERS = "asterisk,asterisk-core-sounds-en-wav"


@dataclass(frozen=True, slots=True)
class Switch:
    """An Asterisk that can be run: its command and where its unchanging files lie."""

    command: tuple[str, ...]
    modules: Path
    data: Path
    samples: Path
    version: str
    origin: str

    @property
    def major(self) -> int:
        """The release series, such as 22."""
        return _major(self.version)


def ensure_switch(settings: Settings, progress: Progress) -> Switch:
    """Find an Asterisk of series 20 or newer, or make a private one. Raises HotlineError."""
    switch = _own() or _private(settings)
    if switch is None and _apt_candidate() >= OLDEST:
        switch = _from_apt(progress)
    if switch is None:
        _make_private(settings, progress)
        switch = _private(settings)
    if switch is None:
        raise HotlineError("Asterisk was installed but does not run; see ./hotline logs.")
    progress.fact("Asterisk", f"{switch.version} ({switch.origin})")
    return switch


def find_switch(settings: Settings) -> Switch:
    """Return the Asterisk that `up` prepared. Raises HotlineError when there is none."""
    switch = _own() or _private(settings)
    if switch is None:
        raise HotlineError("There is no Asterisk on this machine yet. Run ./hotline up.")
    return switch


def _own() -> Switch | None:
    program = shutil.which("asterisk", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    if program is None:
        return None
    version = _version((program,))
    modules = next(
        (p for p in Path("/usr/lib").glob("**/asterisk/modules/app_queue.so")), Path()
    ).parent
    if _major(version) < OLDEST or not modules.name:
        return None
    data = Path("/usr/share/asterisk")
    return Switch((program,), modules, data, Path("/etc/asterisk"), version, "the machine's own")


def _root_dir(settings: Settings) -> Path:
    return settings.cache / "asterisk-root"


def _private(settings: Settings) -> Switch | None:
    root = _root_dir(settings)
    program = root / "usr/sbin/asterisk"
    loader = next((p for p in root.glob("lib64/ld-linux-*.so.*")), None) or next(
        (p for p in root.glob("usr/lib/ld-linux-*.so.*")), None
    )
    if not program.exists() or loader is None:
        return None
    library = next(p for p in root.glob("usr/lib/*-linux-gnu*") if (p / "asterisk").is_dir())
    command = (str(loader), "--library-path", str(library), str(program))
    return Switch(
        command,
        library / "asterisk/modules",
        root / "usr/share/asterisk",
        root / "etc/asterisk",
        _version(command),
        f"private root {root}",
    )


def _version(command: tuple[str, ...]) -> str:
    run = subprocess.run(  # noqa: S603
        [*command, "-V"], capture_output=True, text=True, check=False, timeout=20
    )
    match = re.search(r"Asterisk (\d+\.[\d.]+)", run.stdout)
    return match.group(1) if match else "0"


def _major(version: str) -> int:
    return int(version.split(".", maxsplit=1)[0])


def _apt_candidate() -> int:
    run = subprocess.run(
        ["apt-cache", "policy", "asterisk"],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    match = re.search(r"Candidate: (?:\d+:)?(\d+)\.", run.stdout)
    return int(match.group(1)) if match else 0


def _from_apt(progress: Progress) -> Switch | None:
    if os.geteuid() != 0:
        raise HotlineError("Only root may install Asterisk. Run: sudo apt-get install asterisk")
    progress.change("apt-get install asterisk (its own service is left stopped)")
    with progress.working("Installing Asterisk"):
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "asterisk"],  # noqa: S607
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"},
            capture_output=True,
            check=True,
        )
    return _own()


def _make_private(settings: Settings, progress: Progress) -> None:
    root = _root_dir(settings)
    making = root.with_name(f"asterisk-root.{os.getpid()}")
    root.parent.mkdir(parents=True, exist_ok=True)
    progress.change(f"{root}: a private Asterisk from Debian sid (about 360 MB)")
    command = [
        "mmdebstrap",
        "--variant=minbase",
        '--aptopt=Acquire::Check-Valid-Until "false"',
        f"--include={LAYERS}",
        "sid",
        str(making),
        *_mirror(),
    ]
    _check_may_map_users()
    with progress.working("Making the private Asterisk root (about 20 s)"):
        run = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if run.returncode:
        shutil.rmtree(making, ignore_errors=True)
        tail = " ".join(run.stderr.strip().splitlines()[-2:])
        raise HotlineError(
            f"mmdebstrap could not make the Asterisk root: {tail} "
            "Check that this machine reaches its Debian mirror, then run the command again."
        )
    # The root's own device files and package lists serve nobody here.
    for waste in ("usr/share/doc", "usr/share/man", "usr/share/locale", "dev"):
        shutil.rmtree(making / waste, ignore_errors=True)
    making.rename(root)


def _check_may_map_users() -> None:
    """Without root, a foreign root is made in a user namespace, which needs spare user ids."""
    name = pwd.getpwuid(os.geteuid()).pw_name
    ranges = Path("/etc/subuid")
    known = ranges.read_text().splitlines() if ranges.exists() else []
    if os.geteuid() != 0 and not any(line.startswith(f"{name}:") for line in known):
        raise HotlineError(
            f"{name} has no spare user ids to make the Asterisk root with. Run: "
            f"sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {name}"
        )


def _mirror() -> list[str]:
    """Return the mirror of the machine's own apt sources; nothing means mmdebstrap's default."""
    for source in Path("/etc/apt/sources.list.d").glob("*.sources"):
        for line in source.read_text().splitlines():
            if line.startswith("URIs:") and "/debian" in line and "security" not in line:
                return [line.split()[1]]
    listing = Path("/etc/apt/sources.list")
    if listing.exists():
        for line in listing.read_text().splitlines():
            if match := re.match(r"deb (?:\[[^]]*\] )?(\S+/debian/?)\s", line):
                return [match.group(1)]
    return []
