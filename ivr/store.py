"""Where the flows of calls come from: what is published, and every version that ever ran.

Nothing but files of the home is read. A file that is lost or wrong costs no caller their flow as
long as any good version lies here; before anything was published, the shipped files serve.
"""

import json
import os
import re
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import structlog

from core.errors import ConfigError, HotlineError, Place
from core.settings import Settings
from ivr.compiler import compile_flow, version_of
from ivr.drafts import NAME
from ivr.flow import Flow
from ivr.inventory import UNJUDGED
from ivr.located import SIZE_LIMIT
from ivr.published import NothingPublished, Pinned, Published, put_file, read_published

log = structlog.get_logger()

# Seconds for which the file of what is published is believed unchanged.
LOOK_EVERY = 0.1

Stamp = tuple[int, int, int]
_VERSION = re.compile(r"[0-9a-f]{8}", re.ASCII)


class UnknownFlow(HotlineError):
    """No such flow or version is known here, or none that is right."""

    slug = "flow-unknown"


@dataclass(frozen=True, slots=True)
class _Look:
    """What was published when the file had this stamp; `again_at` is when to look at it again, on
    the clock that is never set."""

    stamp: Stamp | None
    published: Published
    again_at: float


class FlowStore:
    """The flows of one process. `archive` holds what is published and every version, `seeds` the
    files of the configuration; the file looked at when it was not for `look_every` seconds."""

    def __init__(self, archive: Path, seeds: Path, look_every: float = 0.0) -> None:
        self._archive = archive
        self._seeds = seeds
        self._look_every = look_every
        self._look: _Look | None = None
        self._versions: dict[tuple[str, str], Flow] = {}
        self._last: dict[str, Flow] = {}

    @property
    def published(self) -> Published:
        """What is published now, or was when the file could last be read."""
        now = time.monotonic()
        if self._look is None or now >= self._look.again_at:
            self._look = self._look_again(now + self._look_every)
        return self._look.published

    def for_call(self, alias: str, caller: str = "", uid: str = "") -> Flow:
        """Return the flow that a call on this alias gets. Raises UnknownFlow."""
        standing = self.published.aliases.get(alias)
        if standing is None:
            return self._before_anything_was_published(alias)
        pinned = standing.for_call(caller, uid)
        try:
            flow = self.version(pinned.flow, pinned.version)
        except HotlineError as fault:
            flow = self._instead(alias, standing.pinned, fault)
        self._last[alias] = flow
        return flow

    def current(self, alias: str) -> Flow:
        """Return the flow of this alias for those who are not on trial. Raises UnknownFlow."""
        standing = self.published.aliases.get(alias)
        if standing is None:
            return self._before_anything_was_published(alias)
        return self.version(standing.pinned.flow, standing.pinned.version)

    def version(self, name: str, version: str) -> Flow:
        """Return a version that was ever published here. Raises UnknownFlow."""
        flow = self._versions.get((name, version))
        if flow is None:
            flow = self._versions[name, version] = self._from_archive(name, version)
        return flow

    def warm_up(self) -> None:
        """Read everything that is published now, so that no caller waits for it."""
        for alias, standing in self.published.aliases.items():
            for pinned in standing.versions:
                try:
                    self._last[alias] = self.version(pinned.flow, pinned.version)
                except HotlineError as fault:
                    log.error("flow_unusable", alias=alias, flow=str(pinned), fault=str(fault))

    def _look_again(self, again_at: float) -> _Look:
        path, known = self._archive / "published.json", self._look
        stamp = _stamp(path)
        if known is not None and known.stamp == stamp:
            return _Look(stamp, known.published, again_at)
        try:
            return _Look(stamp, read_published(path), again_at)
        except NothingPublished as fault:
            if known is not None or stamp is not None:
                log.error("published_unreadable", fault=str(fault))
            return _Look(stamp, known.published if known else Published(0), again_at)

    def _instead(self, alias: str, pinned: Pinned, fault: HotlineError) -> Flow:
        """The version meant cannot be used: the one beside it, the last one, or any other."""
        with suppress(HotlineError):
            return self.version(pinned.flow, pinned.version)
        flow = self._last.get(alias) or self._newest(pinned.flow)
        log.error("flow_unusable", alias=alias, fault=str(fault), used=flow and flow.version)
        if flow is None:
            raise UnknownFlow(f"No version of {pinned.flow} can be used. {fault}") from fault
        return flow

    def _before_anything_was_published(self, name: str) -> Flow:
        flow = self._last.get(name) or self._newest(name) or self._kept_seed(name)
        self._last[name] = flow
        return flow

    def _newest(self, name: str) -> Flow | None:
        """Return the version that was kept last and is right."""
        if not NAME.fullmatch(name):
            return None
        kept = self._archive.glob(f"{name}@*.yaml")
        for path in sorted(kept, key=lambda path: path.stat().st_mtime, reverse=True):
            with suppress(HotlineError):
                return self.version(name, path.stem.partition("@")[2])
        return None

    def seed(self, name: str) -> Flow:
        """Return a flow as its file in the configuration says. Raises ConfigError, UnknownFlow."""
        path = flow_path(self._seeds, name)
        text = read_flow_file(path, name)
        flow = compile_flow(text, path, name, UNJUDGED)
        self._versions[name, flow.version] = flow
        return flow

    def _kept_seed(self, name: str) -> Flow:
        """A call on it may be resumed by another process."""
        flow = self.seed(name)
        try:
            keep_version(self._archive, name, read_flow_file(flow_path(self._seeds, name), name))
        except OSError as error:  # a full disk costs nobody a call
            log.error("flow_not_archived", flow=name, fault=str(error))
        return flow

    def _from_archive(self, name: str, version: str) -> Flow:
        if not _VERSION.fullmatch(version):
            raise UnknownFlow(f"{version[:40]!r} cannot be a version of a flow.")
        path = version_file(self._archive, name, version)
        text = read_flow_file(path, name)
        if version_of(text) != version:
            raise UnknownFlow(f"{path} was changed, it is not the version {version} any more.")
        return compile_flow(text, path, name, UNJUDGED)


def version_file(archive: Path, name: str, version: str) -> Path:
    """Return where the text of a version lies."""
    return archive / f"{name}@{version}.yaml"


def keep_version(archive: Path, name: str, text: str) -> None:
    """Put the text of a version where calls find it. Raises OSError."""
    path = version_file(archive, name, version_of(text))
    archive.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_bytes() != text.encode():
        put_file(path, text.encode())


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
    return FlowStore(settings.home / "flows", settings.config_dir / "flows", LOOK_EVERY)


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


def _stamp(path: Path) -> Stamp | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
