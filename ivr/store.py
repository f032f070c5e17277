"""Where flows come from: config/flows, re-read when a file changes; and every version ever run.

A file that is wrong changes nothing: the last good version goes on, also over a restart. Old
versions are kept in the home, so that a call finds the flow it began with in any process.
"""

import json
import os
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from core.errors import ConfigError, HotlineError, Place
from core.settings import Settings
from ivr.compiler import compile_flow, version_of
from ivr.drafts import NAME
from ivr.flow import Flow
from ivr.inventory import UNJUDGED, Inventory
from ivr.located import SIZE_LIMIT
from ivr.stocktaking import take_stock

log = structlog.get_logger()

# Seconds for which a flow's file is believed unchanged.
LOOK_EVERY = 1.0

Stamp = tuple[int, int, int]
_VERSION = re.compile(r"[0-9a-f]{8}", re.ASCII)


class UnknownFlow(HotlineError):
    """No such flow or version is known here, or none that is right."""

    slug = "flow-unknown"


@dataclass(frozen=True, slots=True)
class _Current:
    """A flow as its file said when it had this stamp, None when it never was right; `look_at` is
    when to look at the file again, on the clock that is never set."""

    stamp: Stamp | None
    flow: Flow | None
    look_at: float


class FlowStore:
    """The flows of one process. `inventory` is asked whenever a file is read, and a file looked at
    when it was not for `look_every` seconds."""

    def __init__(
        self,
        folder: Path,
        archive: Path,
        inventory: Callable[[], Inventory],
        look_every: float = 0.0,
    ) -> None:
        self._folder = folder
        self._archive = archive
        self._inventory = inventory
        self._look_every = look_every
        self._current: dict[str, _Current] = {}
        self._versions: dict[tuple[str, str], Flow] = {}
        # Why the files that are wrong now are not in use, by flow name.
        self.faults: dict[str, HotlineError] = {}

    def current(self, name: str) -> Flow:
        """Return the flow as its file says, or as it last rightly said. Raises UnknownFlow."""
        known = self._current.get(name)
        if known is None or time.monotonic() >= known.look_at:
            known = self._current[name] = self._look(name, known)
        if known.flow is None:
            raise UnknownFlow(f"There is no usable flow {name[:40]!r}. {self.faults.get(name, '')}")
        return known.flow

    def version(self, name: str, version: str) -> Flow:
        """Return a version that ran here at some time. Raises UnknownFlow."""
        flow = self._versions.get((name, version))
        if flow is None:
            flow = self._versions[name, version] = self._from_archive(name, version)
        return flow

    def load_all(self) -> tuple[Flow, ...]:
        """Read every file of the folder. Raises ConfigError for the first that is wrong."""
        flows = []
        for path in flow_files(self._folder):
            flows.append(self.current(path.stem))
            if path.stem in self.faults:
                raise self.faults[path.stem]
        return tuple(flows)

    def warm_up(self) -> None:
        """Read every file now, so that no caller waits for it; faults are in the log."""
        for path in flow_files(self._folder):
            with suppress(UnknownFlow):
                self.current(path.stem)

    def _look(self, name: str, known: _Current | None) -> _Current:
        stamp, look_at = self._stamp(name), time.monotonic() + self._look_every
        if known is None or known.stamp != stamp:
            return _Current(stamp, self._renew(name, known), look_at)
        return replace(known, look_at=look_at)

    def _stamp(self, name: str) -> Stamp | None:
        try:
            status = os.stat(flow_path(self._folder, name))
        except (OSError, ValueError):
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino

    def _renew(self, name: str, known: _Current | None) -> Flow | None:
        """Read a file that is new or changed; when it is wrong, keep what was right."""
        try:
            path = flow_path(self._folder, name)
            text = read_flow_file(path, name)
            flow = compile_flow(text, path, name, self._inventory())
        except HotlineError as fault:
            self.faults[name] = fault
            kept = known.flow if known and known.flow else self._last_good(name)
            log.error("flow_refused", flow=name, fault=str(fault), kept=kept and kept.version)
            return kept
        self.faults.pop(name, None)
        self._keep(flow, text)
        return flow

    def _keep(self, flow: Flow, text: str) -> None:
        """Remember a version here and on disk; a full disk costs nobody a call."""
        self._versions[flow.name, flow.version] = flow
        target = self._archived(flow.name, flow.version)
        draft = target.with_suffix(f".{os.getpid()}")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(text, encoding="utf-8", newline="")
            draft.replace(target)
        except OSError as error:
            log.error("flow_not_archived", flow=flow.name, version=flow.version, fault=str(error))

    def _from_archive(self, name: str, version: str) -> Flow:
        if not _VERSION.fullmatch(version):
            raise UnknownFlow(f"{version[:40]!r} cannot be a version of a flow.")
        path = self._archived(name, version)
        text = read_flow_file(path, name)
        if version_of(text) != version:
            raise UnknownFlow(f"{path} was changed, it is not the version {version} any more.")
        return compile_flow(text, path, name, UNJUDGED)

    def _last_good(self, name: str) -> Flow | None:
        """Return the version that was kept last, after a restart with a wrong file."""
        if not NAME.fullmatch(name):
            return None
        kept = self._archive.glob(f"{name}@*.yaml")
        for path in sorted(kept, key=lambda path: path.stat().st_mtime, reverse=True):
            try:
                return self.version(name, path.stem.partition("@")[2])
            except HotlineError:
                continue
        return None

    def _archived(self, name: str, version: str) -> Path:
        return self._archive / f"{name}@{version}.yaml"


def flow_files(folder: Path) -> list[Path]:
    """Return the files that are flows, not the scenarios and the schema beside them.

    Raises ConfigError when a flow is written twice.
    """
    found: dict[str, Path] = {}
    for path in sorted((*folder.glob("*.yaml"), *folder.glob("*.json"))):
        if path.stem.endswith((".tests", ".schema")):
            continue
        if path.stem in found:
            raise ConfigError(path, None, f"{found[path.stem].name} is this flow too; keep one.")
        found[path.stem] = path
    return list(found.values())


def flow_path(folder: Path, name: str) -> Path:
    """Return where a flow is written, as YAML unless there is only JSON."""
    path, other = folder / f"{name}.yaml", folder / f"{name}.json"
    return other if not path.exists() and other.exists() else path


def flow_store(settings: Settings) -> FlowStore:
    """Return the store of this hotline."""
    return FlowStore(
        settings.config_dir / "flows",
        settings.home / "flows",
        lambda: take_stock(settings),
        LOOK_EVERY,
    )


def load_flows(settings: Settings) -> tuple[Flow, ...]:
    """Read every flow once. Raises ConfigError with file, line and the mend."""
    return flow_store(settings).load_all()


def read_flow_file(path: Path, name: str) -> str:
    """Return the text of a flow. Raises ConfigError or UnknownFlow, never for what it says."""
    if not NAME.fullmatch(name):
        raise UnknownFlow(f"{name[:40]!r} cannot be the name of a flow.")
    try:
        if path.stat().st_size > SIZE_LIMIT:
            raise ConfigError(path, None, f"The file is larger than {SIZE_LIMIT // 1024} KiB.")
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise ConfigError(path, None, "The file is not UTF-8; save it as UTF-8.") from None
    except OSError as error:
        raise UnknownFlow(f"The flow {path} cannot be read: {error.strerror}.") from None
    if path.suffix == ".json":
        _refuse_no_json(text, path)
    return text


def _refuse_no_json(text: str, path: Path) -> None:
    """The compiler reads JSON as YAML, which forgives what other programs do not."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        place = Place(error.lineno, error.colno)
        raise ConfigError(path, place, f"This is not JSON: {error.msg}.") from None
    except RecursionError:
        raise ConfigError(path, None, "Nested too deep; a flow is flat.") from None
