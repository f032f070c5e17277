"""Renders Asterisk's configuration from config/ into the home. Called by `./hotline up`.

Files are replaced only when their text changed, so that the caller knows whether a reload is due.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from core.settings import Settings
from exchange.slips import SLIP_MINUTES
from ivr.lines import Line
from telephony.keys import key_name
from transfers.partners import Partner

TEMPLATES = Path(__file__).parent / "templates"
# Asterisk's own files without which some of its modules stay silent or refuse to load.
SAMPLES = (
    "acl.conf", "ccss.conf", "cli_aliases.conf", "cli_permissions.conf", "codecs.conf",
    "dsp.conf", "pjproject.conf", "say.conf", "sorcery.conf", "stasis.conf",
    "udptl.conf",
)  # fmt: skip
# What app_queue says of a visit, and what the flow is told.
QUEUE_OUTCOMES = {
    "TIMEOUT": "timeout",
    "FULL": "full",
    "JOINEMPTY": "no-agent",
    "JOINUNAVAIL": "no-agent",
    "LEAVEEMPTY": "left-empty",
    "LEAVEUNAVAIL": "left-empty",
    "WITHDRAW": "gone",
    "UNKNOWN": "gone",
}
# What became of dialling a partner line, and what the flow is told; anything else is "failed".
PARTNER_OUTCOMES = {
    "ANSWER": "answered",
    "NOANSWER": "not-answered",
    "CLOSED": "not-answered",
    "BUSY": "busy",
    "FULL": "busy",
}
# Seconds within which the end of a talk belongs to a transfer that had just failed.
FRESH = 3
# Seconds that the agent who handed over is rung again.
RECALL_TIMEOUT = 10
# Seconds that one of three may be kept on hold.
LONGEST_HOLD = 300


@dataclass(frozen=True, slots=True)
class StepView:
    """From `after` seconds on, seats of this penalty or less are rung."""

    after: int
    penalty: int


@dataclass(frozen=True, slots=True)
class QueueView:
    """A queue and the keys that are live while waiting in it; times in seconds."""

    name: str
    strategy: str
    ring_timeout: int
    wrap_up: int
    wrap_up_limit: int
    max_waiting: int
    weight: int = 0
    relax: Sequence[StepView] = ()
    overflow_to: str = ""
    overflow_after: int = 0
    keys: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class AgentView:
    """A seat: its number, SIP password, and its penalty wherever it is a member."""

    number: str
    password: str
    memberships: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class BreakView:
    """A reason for a break: its key behind *13, its name in the records, its title."""

    key: str
    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything the configuration is rendered from; `prompts` are number and key of each."""

    lines: Sequence[Line]
    partners: Sequence[Partner]
    queues: Sequence[QueueView]
    same_queue: QueueView
    agents: Sequence[AgentView]
    breaks: Sequence[BreakView]
    music_classes: Sequence[str]
    prompts: Sequence[tuple[int, str]] = ()
    verbose: bool = False


def render(settings: Settings, plan: Plan, modules: Path, data: Path, samples: Path) -> list[str]:
    """Write the configuration; return the names of the files whose text changed.

    `modules`, `data` and `samples` are the folders of the Asterisk that will read it.
    """
    etc = settings.home / "asterisk/etc"
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - these are configuration files, not pages
    )
    values = _values(settings, plan, modules)
    changed = []
    for template in sorted(TEMPLATES.glob("*.j2")):
        text = environment.get_template(template.name).render(values)
        if _replace(etc / template.stem, text):
            changed.append(template.stem)
    _copy_samples(samples, etc)
    _link_data(settings, data)
    return changed


def _values(settings: Settings, plan: Plan, modules: Path) -> dict[str, object]:
    home = settings.home
    return {
        "etc": home / "asterisk/etc",
        "modules": modules,
        # Releases differ: a module that this Asterisk does not have is not asked for.
        "modules_present": {path.stem for path in modules.glob("*.so")},
        "lib": home / "asterisk/lib",
        "data": home / "asterisk/data",
        "spool": settings.spool_dir,
        "slip_minutes": SLIP_MINUTES,
        "run": settings.run_dir,
        "log": settings.asterisk_log_dir,
        "survival": home / "survival",
        "sounds": settings.sounds_dir,
        "music": settings.sounds_dir / "music",
        "node": settings.node,
        "bind": settings.bind,
        "sip_port": settings.sip_port,
        "phone_port": settings.phone_port,
        "seats": settings.seat_phones_dir,
        "rtp_start": settings.rtp_start,
        "rtp_end": settings.rtp_end,
        "ami_port": settings.ami_port,
        "ami_secret": settings.secrets.ami,
        "dialler_secret": settings.secrets.dialler,
        "agi_port": settings.agi_port,
        "agi_patience": settings.agi_patience,
        "trunk_address": settings.trunk_address,
        "trunk_port": settings.trunk_port,
        "seat_silence": settings.seat_silence,
        "partner_port": settings.partner_port,
        "queue_outcomes": QUEUE_OUTCOMES,
        "partner_outcomes": PARTNER_OUTCOMES,
        "fresh": FRESH,
        "recall_timeout": RECALL_TIMEOUT,
        "longest_hold": LONGEST_HOLD,
        "longest_ringing": max((p.longest_ringing for p in plan.partners), default=20) + 10,
        "key_name": key_name,
        "lines": plan.lines,
        "partners": plan.partners,
        "queues": plan.queues,
        "same_queue": plan.same_queue,
        "same": plan.same_queue.name,
        "queue_names": [queue.name for queue in [*plan.queues, plan.same_queue]],
        "same_agent_hours": settings.same_agent_hours,
        "same_agent_seconds": plan.same_queue.ring_timeout,
        "agents": plan.agents,
        "breaks": plan.breaks,
        "missed_rings": settings.missed_rings,
        "music_classes": plan.music_classes,
        "prompts": plan.prompts,
        "verbose": plan.verbose,
    }


def _replace(path: Path, text: str) -> bool:
    if path.exists() and path.read_text() == text:
        return False
    fresh = path.with_suffix(".new")
    fresh.write_text(text)
    fresh.chmod(0o640)
    # The folder belongs to the user that Asterisk runs as; its files hold passwords.
    folder = path.parent.stat()
    shutil.chown(fresh, folder.st_uid, folder.st_gid)
    fresh.replace(path)
    return True


def _copy_samples(samples: Path, etc: Path) -> None:
    for name in SAMPLES:
        target = etc / name
        if not target.exists() and (samples / name).exists():
            target.write_bytes((samples / name).read_bytes())
            target.chmod(0o644)


def _link_data(settings: Settings, data: Path) -> None:
    """Asterisk's data folder: its own documentation and English sounds, our Chinese ones."""
    folder = settings.home / "asterisk/data"
    links = {
        folder / "documentation": data / "documentation",
        folder / "sounds/en": data / "sounds/en",
        folder / "sounds/zh": settings.sounds_dir / "zh",
    }
    for link, target in links.items():
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.is_symlink() or link.readlink() != target:
            link.unlink(missing_ok=True)
            link.symlink_to(target)
