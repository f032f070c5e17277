"""What each sound was made from and how long it lasts, kept beside the sounds by `build`."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

_NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class Made:
    """One sound: the fingerprint of its making, and its length in seconds."""

    fingerprint: str
    seconds: float


def read_manifest(folder: Path) -> dict[str, Made]:
    """Return the sounds of a folder by key; a manifest nobody can read means: none is known."""
    try:
        rows = json.loads((folder / _NAME).read_text())
        return {key: Made(**row) for key, row in rows.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def write_manifest(folder: Path, made: Mapping[str, Made]) -> None:
    """Replace the manifest in one step."""
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{_NAME}.{os.getpid()}"
    rows = {key: asdict(row) for key, row in sorted(made.items())}
    draft.write_text(json.dumps(rows, indent=1))
    draft.chmod(0o644)
    draft.replace(folder / _NAME)
