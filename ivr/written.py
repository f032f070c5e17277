"""A flow as somebody wrote it: the file in use, a version that once ran, or a draft anywhere."""

from dataclasses import dataclass
from pathlib import Path

from core.settings import Settings
from ivr.store import flow_path, read_flow_file


@dataclass(frozen=True, slots=True)
class Written:
    """A flow's text, and where it lies."""

    name: str
    path: Path
    text: str


def find_written(settings: Settings, what: str) -> Written:
    """Find `direct`, `direct@3f2a91c0` or `drafts/direct.yaml`. Raises ConfigError, UnknownFlow."""
    if what.endswith((".yaml", ".json")):
        path = Path(what)
    elif "@" in what:
        path = settings.home / "flows" / f"{Path(what).name}.yaml"
    else:
        path = flow_path(settings.config_dir / "flows", Path(what).name)
    name = path.stem.partition("@")[0]
    return Written(name, path, read_flow_file(path, name))
