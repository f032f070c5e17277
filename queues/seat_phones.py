"""The phone of a seat: a telephone on the desk, or the agent's browser, chosen at sign-in.

The switch has an account for every seat's telephone. A browser's phone needs the same account with
encrypted audio and a secret of its own, which is as old as the sign-in; one small file for each
seat says so and the switch reads it when told. Calls in progress are not touched by that.
"""

import os
import re
import secrets
import shutil
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from core.errors import HotlineError
from core.settings import Settings
from queues.agents import Agent
from telephony.ami import Ami

_SECRET = re.compile(r"^password = ([0-9a-f]{32})$", re.MULTILINE)
_DESK = "; The telephone on the desk.\n"


class SeatPhone(StrEnum):
    """What a seat talks through."""

    DESK = "desk"
    BROWSER = "browser"


class SeatInTalk(HotlineError):
    """The phone of a seat cannot be changed while somebody talks through it."""

    slug = "seat-in-talk"
    chinese = "通话中不能更换话机，请先结束通话。"


@dataclass(frozen=True, slots=True)
class BrowserAccount:
    """What a browser signs in with at the switch."""

    account: str
    secret: str


def browser_account(settings: Settings, agent: Agent) -> BrowserAccount | None:
    """Return the browser account of a seat, None when it has a telephone on the desk."""
    try:
        found = _SECRET.search(_file(settings, agent).read_text())
    except FileNotFoundError:
        return None
    return BrowserAccount(agent.number, found[1]) if found else None


async def use_browser(settings: Settings, ami: Ami, agent: Agent) -> BrowserAccount:
    """Let the agent's browser be the seat's phone, under a new secret.

    Raises SeatInTalk, and AmiDown when the switch is away.
    """
    await _check_idle(ami, agent)
    secret = secrets.token_hex(16)
    _write(
        _file(settings, agent),
        f"[{agent.number}](+type=endpoint)\nwebrtc = yes\n"
        f"[{agent.number}](+type=auth)\npassword = {secret}\n",
    )
    await _tell(ami)
    return BrowserAccount(agent.number, secret)


async def use_desk(settings: Settings, ami: Ami, agent: Agent) -> None:
    """Let the telephone on the desk be the seat's phone; a browser's secret is void from now on.

    Raises SeatInTalk, and AmiDown when the switch is away.
    """
    if browser_account(settings, agent) is None:
        return
    await _check_idle(ami, agent)
    _write(_file(settings, agent), _DESK)
    await _tell(ami)


def _file(settings: Settings, agent: Agent) -> Path:
    return settings.seat_phones_dir / f"{agent.number}.conf"


async def _check_idle(ami: Ami, agent: Agent) -> None:
    for channel in await ami.list_action("CoreShowChannels"):
        if channel["Channel"].startswith(f"PJSIP/{agent.number}-"):
            raise SeatInTalk(f"Seat {agent.number} is in a talk; its phone stays as it is.")


async def _tell(ami: Ami) -> None:
    await ami.action("Reload", Module="res_pjsip.so")


def _write(path: Path, text: str) -> None:
    fresh = path.with_suffix(".new")
    fresh.touch(0o640)
    fresh.write_text(text)
    if os.geteuid() == 0:
        folder = path.parent.stat()
        shutil.chown(fresh, folder.st_uid, folder.st_gid)
    fresh.replace(path)
