"""Tells those who wait how far they have come, mixed into their music from outside.

app_queue's own announcements run in the caller's thread, and no agent is rung for them meanwhile. A
channel of ours whispers instead (dialplan `tell-waiting`): the caller's thread stays free, and the
whisper ends when the wait does. Run by the live picture; without it callers hear music only.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from queues.live_estimates import Estimates
from queues.live_picture import Caller, Picture
from telephony.ami import Ami, AmiError

FIRST_AFTER = timedelta(seconds=20)
AGAIN_AFTER = timedelta(seconds=45)
FURTHEST = 9
"""Nobody is told that they are the tenth or later: that is no comfort, and moves too slowly."""

LONGEST = timedelta(seconds=12)
"""No whisper lasts longer."""

AT_ONCE = 5
"""Whispers begun in one look, so that a crowd costs the switch little."""

_PHONE = "PJSIP/"  # what waits for a call-back has no ears

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Said:
    """What a caller was told last, and when."""

    at: datetime
    position: int


class Announcer:
    """Whom was told what; lost with the process, which then tells everybody once more."""

    def __init__(self, ami: Ami, sounds: Path, estimates: Estimates) -> None:
        self._ami = ami
        self._estimates = estimates
        self._sounds = sounds
        self._said: dict[str, Said] = {}
        self._speaking: dict[str, datetime] = {}

    async def look(self, picture: Picture, now: datetime) -> None:
        """Tell whoever is due. A caller who cannot be told is nobody's loss."""
        lines = [(queue.name, queue.callers) for queue in picture.queues()]
        there = {caller.call for _, line in lines for caller in line}
        self._said = {call: said for call, said in self._said.items() if call in there}
        self._speaking = {c: until for c, until in self._speaking.items() if until > now}
        due = [
            (queue, position, caller)
            for queue, line in lines
            for position, caller in enumerate(line[:FURTHEST], 1)
            if caller.channel.startswith(_PHONE) and self._is_due(caller, position, now)
        ]
        for queue, position, caller in due[:AT_ONCE]:
            self._said[caller.call] = Said(now, position)
            estimates = self._estimates.of(queue)
            minutes = minutes_of(estimates.sayable(position, now))
            try:
                await self._tell(caller, words(position, minutes))
                self._speaking[caller.call] = now + LONGEST
                if minutes:
                    estimates.said(caller.call, minutes * 60.0, now)
            except AmiError as error:
                log.warning("live.cannot_tell", call=caller.call, reason=str(error))

    def _is_due(self, caller: Caller, position: int, now: datetime) -> bool:
        said = self._said.get(caller.call)
        if said is None:
            return now - caller.joined >= FIRST_AFTER
        return now - said.at >= AGAIN_AFTER and position < said.position

    async def _tell(self, caller: Caller, sounds: Sequence[str]) -> None:
        answer = await self._ami.action(
            "Getvar", Channel=caller.channel, Variable="CHANNEL(language)"
        )
        language = "en" if answer["Value"] == "en" else "zh"
        await self._ami.action(
            "Originate",
            Channel="Local/s@tell-waiting/n",
            Application="Playback",
            Data="&".join(str(self._sounds / language / sound) for sound in sounds),
            Variable=f"HOTLINE_TARGET={caller.channel}",
            ChannelId=_whisper(caller.call),
        )

    async def stop(self, call: str) -> None:
        """Be quiet now: somebody is about to speak to this caller."""
        if self._speaking.pop(call, None) is not None:
            with contextlib.suppress(AmiError):
                await self._ami.action("Hangup", check=False, Channel=_whisper(call))


def _whisper(call: str) -> str:
    return f"tell-{call}"


def minutes_of(seconds: float | None) -> int | None:
    """Return whole minutes to be said, the nearest and one at least; None when nothing may be."""
    return None if seconds is None else max(1, round(seconds / 60))


def _minutes(minutes: int) -> Sequence[str]:
    # Neither language says one and two as it counts them.
    few = {1: "queue-one-minute", 2: "queue-two-minutes"}
    return [few[minutes]] if minutes in few else [f"digits/{minutes}", "queue-minutes"]


def words(position: int, minutes: int | None = None) -> Sequence[str]:
    """Return the sounds that tell a caller their position and, where it is known, the wait."""
    wait = ["queue-wait", *_minutes(minutes)] if minutes else []
    if position == 1:
        return ["queue-youarenext", *wait, "queue-thankyou"]
    place = ["queue-thereare", f"digits/{position}", "queue-callswaiting"]
    return [*place, *wait, "queue-thankyou"]
