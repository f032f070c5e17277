"""What a running hotline was started with and cannot change while it runs."""

import json
from pathlib import Path

from core.errors import HotlineError
from core.settings import Settings

_FIXED = (
    "bind", "sip_port", "rtp_start", "rtp_end", "agi_port", "agi_workers", "ami_port", "http_port",
    "trunk_address", "partner_port", "node", "database_url", "redis_url",
)  # fmt: skip


def note_start(settings: Settings) -> None:
    """Remember what this hotline is being started with (addresses may hold passwords)."""
    path = _path(settings)
    path.touch(mode=0o600)
    path.write_text(json.dumps(_values(settings)))


def check_unchanged(settings: Settings) -> None:
    """Raise HotlineError naming the settings that need a fresh start."""
    path = _path(settings)
    if not path.exists():
        return
    then, now = json.loads(path.read_text()), _values(settings)
    changed = [f"HOTLINE_{name.upper()}" for name in _FIXED if then.get(name) != now[name]]
    if changed:
        raise HotlineError(
            f"{', '.join(changed)} changed since this hotline was started, and a running one "
            "cannot follow. Run ./hotline down with the old value, then ./hotline up."
        )


def _values(settings: Settings) -> dict[str, object]:
    return {name: getattr(settings, name) for name in _FIXED}


def _path(settings: Settings) -> Path:
    return settings.home / "started.json"
