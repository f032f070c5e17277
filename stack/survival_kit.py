"""Puts beside Asterisk what it runs by itself: the agent announcement and the survival script.

The kit is a copy with its own libraries, run by the machine's Python: it works while this checkout
is being upgraded, broken or gone.
"""

import importlib.util
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from core.settings import CHECKOUT, Settings
from stack.account import give

RUNNER = """#!/bin/sh
# Started by Asterisk when our server cannot be asked. See survival.py.
here=$(dirname "$0")
PYTHONPATH=$here/lib exec /usr/bin/python3 -S -B "$here/survival.py" "$@" 2>/dev/null
"""


def install_survival_kit(settings: Settings) -> None:
    """Write the kit into the home, but for what it must know of the published flow."""
    kit = settings.home / "survival"
    library = kit / "lib"
    library.mkdir(parents=True, exist_ok=True)
    give(kit)
    scripts = CHECKOUT / "agi_scripts"
    _put(kit / "announce", (scripts / "announce.sh").read_bytes(), 0o755)
    _put(kit / "survival", RUNNER.encode(), 0o755)
    _put(kit / "survival.py", (scripts / "survival.py").read_bytes(), 0o644)
    _copy_module("asterisk", library)
    _copy_module("six", library)


def write_essentials(settings: Settings, essentials: Mapping[str, object]) -> None:
    """Tell the kit what it must know of the published flow."""
    path = settings.home / "survival" / "flow.json"
    _put(path, json.dumps(essentials, ensure_ascii=False).encode(), 0o644)


def _put(path: Path, content: bytes, mode: int) -> None:
    if path.exists() and path.read_bytes() == content:
        return
    # Replaced in one step: a call may be starting it at this very moment.
    fresh = path.with_name(path.name + ".new")
    fresh.write_bytes(content)
    fresh.chmod(mode)
    fresh.replace(path)


def _copy_module(name: str, library: Path) -> None:
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(name)
    origin = Path(found.origin)
    if origin.name == "__init__.py":
        shutil.copytree(origin.parent, library / name, dirs_exist_ok=True)
    else:
        shutil.copy(origin, library / origin.name)
