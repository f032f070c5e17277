"""The web console: built from console/ and the API's own schema whenever one of them changed.

The build happens in the cache, once for every state of the sources; a home gets a copy, so that it
needs neither cache nor Node to run. Called by `./hotline up`, after the calls are served.
"""

import fcntl
import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.app import make_app
from core.settings import CHECKOUT, Settings
from stack.console_node import CannotBuild, Node, ensure_node
from stack.progress import Progress

SOURCES = CHECKOUT / "console"
_MADE = frozenset({"node_modules", "dist", "openapi.json", "schema.d.ts"})
_PACKAGES = ("package.json", "package-lock.json")


def ensure_console(settings: Settings, progress: Progress) -> bool:
    """Bring the console of this home up to date; return whether it is.

    Whatever goes wrong is told and no more: nobody's call depends on it.
    """
    try:
        fresh = _bring(settings, progress)
    except (CannotBuild, OSError) as error:
        had = settings.console_dir.exists()
        progress.fact("Web console", "not up to date" if had else "MISSING: everything else works")
        progress.fact("Because", f"{error}\n    Try again: ./hotline console build")
        return False
    progress.fact("Web console", "built" if fresh else "unchanged")
    return True


def check(settings: Settings, progress: Progress) -> None:
    """Check types, run the unit tests, build. Raises CannotBuild with what was found."""
    node = ensure_node(settings)
    with _workshop(settings, node, progress) as bench:
        with progress.working("Checking the console's types"):
            _program(node, bench, "vue-tsc/bin/vue-tsc.js", "--noEmit")
        with progress.working("Running the console's unit tests"):
            _program(node, bench, "vitest/vitest.mjs", "run")
    _built(settings, progress)


def _bring(settings: Settings, progress: Progress) -> bool:
    built = _built(settings, progress)
    here = settings.console_dir
    mark = here / ".digest"
    if mark.exists() and mark.read_text() == built.name:
        return False
    new, old = here.with_name("console.new"), here.with_name("console.old")
    for left in (new, old):
        shutil.rmtree(left, ignore_errors=True)
    shutil.copytree(built, new)
    (new / ".digest").write_text(built.name)
    if here.exists():
        here.rename(old)
    new.rename(here)
    shutil.rmtree(old, ignore_errors=True)
    return True


def _built(settings: Settings, progress: Progress) -> Path:
    """Return the folder of the built console for the sources as they are now."""
    digest = hashlib.sha256(_schema(settings).encode())
    for path in _sources():
        digest.update(str(path.relative_to(SOURCES)).encode() + b"\0" + path.read_bytes())
    built = settings.cache / "console" / digest.hexdigest()[:24]
    if built.exists():
        return built
    node = ensure_node(settings)
    with _workshop(settings, node, progress) as bench, progress.working("Building the console"):
        _program(node, bench, "vite/bin/vite.js", "build", "--emptyOutDir", "--outDir", "dist")
        if not built.exists():
            (bench / "dist").rename(built)
    return built


@contextmanager
def _workshop(settings: Settings, node: Node, progress: Progress) -> Iterator[Path]:
    """A folder with the locked packages, the sources and the client of the API, for us alone."""
    packages = hashlib.sha256(b"".join((SOURCES / name).read_bytes() for name in _PACKAGES))
    bench = settings.cache / "console" / f"bench-{packages.hexdigest()[:12]}"
    bench.mkdir(parents=True, exist_ok=True)
    with (bench / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _lay_out(settings, bench)
        if not (bench / ".installed").exists():
            with progress.working("Fetching what the console is built with"):
                node.install(bench)
            (bench / ".installed").touch()
        types = ("openapi.json", "--output", "src/api/schema.d.ts")
        _program(node, bench, "openapi-typescript/bin/cli.js", *types)
        yield bench


def _lay_out(settings: Settings, bench: Path) -> None:
    for old in bench.iterdir():
        if old.name == "node_modules" or old.name.startswith("."):
            continue
        shutil.rmtree(old) if old.is_dir() else old.unlink()
    for path in _sources():
        place = bench / path.relative_to(SOURCES)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
    (bench / "openapi.json").write_text(_schema(settings))


def _sources() -> list[Path]:
    return sorted(
        path for path in SOURCES.rglob("*")
        if path.is_file() and not _MADE.intersection(path.relative_to(SOURCES).parts)
    )  # fmt: skip


def _schema(settings: Settings) -> str:
    return json.dumps(make_app(settings).openapi(), ensure_ascii=False, sort_keys=True)


def _program(node: Node, bench: Path, script: str, *arguments: str) -> str:
    return node.run(bench, f"node_modules/{script}", *arguments)
