"""A flow as somebody wrote it: a file, a version that once ran, or what an alias points at."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core.settings import Settings
from ivr.published import NothingPublished, published_file, read_published
from ivr.store import flow_path, read_flow_file, version_file


@dataclass(frozen=True, slots=True)
class Written:
    """A flow's text, and where it lies."""

    name: str
    path: Path
    text: str


def find_written(settings: Settings, what: str) -> Written:
    """Find `drafts/direct.yaml`, `direct@3f2a91c0`, or `direct`: the flow's file in the
    configuration, else what the alias of that name points at. Raises ConfigError, UnknownFlow."""
    if what.endswith((".yaml", ".json")):
        path = Path(what)
    elif "@" in what:
        path = settings.home / "flows" / f"{Path(what).name}.yaml"
    else:
        path = _file_or_alias(settings, Path(what).name)
    name = path.stem.partition("@")[0]
    return Written(name, path, read_flow_file(path, name))


def _file_or_alias(settings: Settings, name: str) -> Path:
    path = flow_path(settings.config_dir / "flows", name)
    if not path.exists():
        with suppress(NothingPublished):
            standing = read_published(published_file(settings)).aliases.get(name)
            if standing is not None:
                pinned = standing.pinned
                return version_file(settings.home / "flows", pinned.flow, pinned.version)
    return path
