"""record-prompt: an agent at a phone records a prompt, hears it, and keeps it or speaks it again.

Dialled as *72 and the prompt's number. Only a kept recording becomes a version and is heard by
callers. Its sound is made by a process of its own, so that no caller waits behind it.
"""

import asyncio
import secrets
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from core.errors import HotlineError
from core.settings import CHECKOUT, Settings
from recordings.prompts import Prompts
from recordings.standing import Standing, standings
from telephony.agi import LONGEST_PROMPT, AgiSession

log = structlog.get_logger()

_TRIES = 3
_PIN_DIGITS = 6
_KEY_WAIT_MS = 5000
_KEEP, _AGAIN = "1", "2"
_ANY_KEY = "0123456789*#"

Keep = Callable[[str, Path, str], Awaitable[str]]
"""Takes a prompt's key, a recording and who spoke it; returns "" or why it cannot be kept."""


async def record_prompt(settings: Settings, session: AgiSession) -> None:
    """Ask for the PIN, record, play back, keep. Whoever hangs up before keeping changed nothing."""
    slot, agent, *_ = (*session.request.args, "", "")
    booth = Booth(settings, session)
    try:
        one = await asyncio.to_thread(_find, settings, slot)
        if one is None:
            await booth.say("prompt-unknown")
        elif await booth.knows_pin():
            await booth.record(one.prompt.key, agent)
        else:
            log.warning("prompt_pin_refused", agent=agent, slot=slot)
            await booth.say("prompt-refused")
    except HotlineError as fault:
        log.error("prompt_not_recorded", slot=slot, agent=agent, fault=str(fault))


class Booth:
    """One agent in front of the microphone."""

    def __init__(self, settings: Settings, session: AgiSession, keep: Keep | None = None) -> None:
        self._session = session
        self._pin = settings.secrets.prompt_pin
        self._prompts = Prompts(settings)
        self._place = settings.spool_dir / "prompts" / secrets.token_hex(8)
        self._keep = keep or keep_elsewhere

    async def say(self, prompt: str) -> None:
        """Tell the agent something."""
        await self._session.stream_file(self._prompts.path(prompt, "zh"))

    async def knows_pin(self) -> bool:
        """Ask for the PIN, three times at most."""
        ask = self._prompts.path("prompt-pin", "zh")
        for _ in range(_TRIES):
            typed = (await self._session.get_data(ask, _KEY_WAIT_MS, _PIN_DIGITS)).value
            if secrets.compare_digest(typed.encode(), self._pin.encode()):
                return True
        return False

    async def record(self, key: str, agent: str) -> None:
        """Record until the agent keeps what they hear, or says nothing any more."""
        recording = self._place.with_suffix(".wav")
        try:
            while True:
                await self.say("prompt-speak")
                await self._session.record_file(
                    str(self._place), "wav", _ANY_KEY, round(LONGEST_PROMPT * 1000)
                )
                answer = await self._judged()
                if answer == _AGAIN:
                    continue
                if answer != _KEEP:
                    return
                if fault := await self._keep(key, recording, agent):
                    log.warning("prompt_not_kept", prompt=key, agent=agent, fault=fault)
                    await self.say("prompt-bad")
                    continue
                log.info("prompt_kept", prompt=key, agent=agent)
                await self.say("prompt-kept")
                return
        finally:
            recording.unlink(missing_ok=True)

    async def _judged(self) -> str:
        """Play the recording back and return the key for keeping or for again, "" for neither."""
        ask = self._prompts.path("prompt-keep", "zh")
        for _ in range(_TRIES):
            early = await self._session.stream_file(str(self._place), _KEEP + _AGAIN)
            key = early or (await self._session.get_data(ask, _KEY_WAIT_MS, 1)).value
            if key in (_KEEP, _AGAIN):
                return key
        return ""


async def keep_elsewhere(key: str, recording: Path, agent: str) -> str:
    """Put a recording into service in another process; return "" or why it cannot be."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "recordings.by_phone", key, str(recording), agent,
        cwd=CHECKOUT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    return "" if process.returncode == 0 else said.decode(errors="replace").strip()


def _find(settings: Settings, slot: str) -> Standing | None:
    found = (one for one in standings(settings).values() if str(one.record.slot) == slot)
    return next(found, None)
