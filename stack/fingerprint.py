"""What the running processes were started from: our code, the configuration, their settings.

`./hotline up` on a running hotline restarts our processes exactly when this has changed.
"""

import hashlib
from pathlib import Path

from core.settings import CHECKOUT, Settings


def fingerprint(settings: Settings) -> str:
    """Return a digest of everything that our processes read once, at their start."""
    digest = hashlib.sha256()
    for path in [*_code(), *sorted(settings.config_dir.rglob("*"))]:
        if path.is_file():
            digest.update(str(path).encode())
            digest.update(path.read_bytes())
    for name in settings.spoken:
        digest.update(f"{name}={getattr(settings, name)}".encode())
    return digest.hexdigest()


def _code() -> list[Path]:
    rooms = sorted(path.parent for path in CHECKOUT.glob("*/__init__.py"))
    return [path for room in rooms for path in sorted(room.rglob("*.py"))]
