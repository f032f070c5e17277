"""A hotline of the measurement's own: its folder, ports and configuration, removed afterwards."""

import os
import shutil
import tempfile
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.settings import CHECKOUT, Settings

FLOWS = Path(__file__).parent / "flows"
LINE = "bench"
SESSION_FLOW = "bench-session"
NODE = "bench"
NUMBER = "8290001"
_LINE = f"""
[[line]]
code = "{LINE}"
name = "measurement"
numbers = ["{NUMBER}"]
flow = "bench-call"
"""


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder that other users may enter, since PostgreSQL and Asterisk do not run as root."""
    folder = Path(tempfile.mkdtemp(prefix="hlb", dir="/tmp"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def scratch_settings(folder: Path, cache: Path) -> Settings:
    """Return settings of a hotline in this folder, on ports of its own."""
    return Settings(
        home=folder / "home",
        cache=cache,
        config_dir=_configuration(folder / "config"),
        node=NODE,
        sip_port=25060,
        partner_port=25090,
        agi_port=24573,
        ami_port=25038,
        http_port=28345,
        rtp_start=44000,
        rtp_end=47999,
    )


def environment_of(settings: Settings) -> dict[str, str]:
    """Return the environment of a process of this hotline."""
    spoken = {f"HOTLINE_{name.upper()}": str(getattr(settings, name)) for name in settings.spoken}
    return os.environ | spoken | {"PYTHONPATH": str(CHECKOUT)}


def plain_url(settings: Settings) -> str:
    """Return the database's address as psycopg reads it."""
    return settings.database.replace("postgresql+psycopg://", "postgresql://")


def _configuration(folder: Path) -> Path:
    """The shipped configuration and the measurement's own flows."""
    shutil.copytree(CHECKOUT / "config", folder)
    for flow in FLOWS.glob("*.yaml"):
        shutil.copy(flow, folder / "flows")
    with (folder / "lines.toml").open("a") as lines:
        lines.write(_LINE)
    return folder


def silent_sounds(settings: Settings, *prompts: str) -> None:
    """Let these prompts exist, a second of silence each, where no switch will ever play them."""
    folder = settings.sounds_dir / "zh"
    folder.mkdir(parents=True, exist_ok=True)
    for prompt in prompts:
        with wave.open(str(folder / f"{prompt}.wav"), "wb") as sound:
            sound.setparams((1, 2, 8000, 0, "NONE", ""))
            sound.writeframes(bytes(16_000))
