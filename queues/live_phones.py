"""What the switch sees of agents' phones: device states, and the channels that tell them apart.

A phone that may hold one call only (`device_state_busy_at = 1`) is BUSY while it rings as well as
while its agent talks; only its channels say which.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from queues.agent_states import Observed, observed
from telephony.ami import Event

RINGING, UP = 5, 6  # ast_channel_state
_PHONE = re.compile(r"PJSIP/([0-9]+)", re.ASCII)
_PHONE_CHANNEL = re.compile(r"PJSIP/([0-9]+)-", re.ASCII)
_DURATION = re.compile(r"(\d{1,6}):(\d\d):(\d\d)", re.ASCII)


def phone_number(interface: str) -> str | None:
    """Return the agent's number of `PJSIP/8013`; None for anything that is no agent's phone."""
    match = _PHONE.fullmatch(interface)
    return match[1] if match else None


@dataclass(frozen=True, slots=True)
class PhoneChannel:
    """One leg of a call at an agent's phone."""

    state: int
    since: datetime


@dataclass(slots=True)
class Phones:
    """Every phone the switch knows."""

    devices: dict[str, Observed] = field(default_factory=dict)
    channels: dict[str, dict[str, PhoneChannel]] = field(default_factory=dict)

    def set_device(self, number: str, device_state: str) -> None:
        """Note a phone's device state, a word or a number."""
        self.devices[number] = observed(device_state)

    def set_channel(self, event: Event, now: datetime) -> str | None:
        """Note a channel's state; return the number of the phone, None when it is no agent's."""
        number = _number_of_channel(event)
        if number is not None:
            channel = PhoneChannel(event.number("ChannelState"), now - _duration(event["Duration"]))
            self.channels.setdefault(number, {})[event["Uniqueid"]] = channel
        return number

    def drop_channel(self, event: Event) -> str | None:
        """Forget a channel that was hung up; return the number of its phone."""
        number = _number_of_channel(event)
        if number is not None:
            self.channels.get(number, {}).pop(event["Uniqueid"], None)
        return number

    def observed(self, number: str) -> Observed:
        """Return what this phone does now."""
        device = self.device(number)
        states = {channel.state for channel in self.channels.get(number, {}).values()}
        if device is Observed.TALKING and RINGING in states and UP not in states:
            return Observed.RINGING
        return device

    def device(self, number: str) -> Observed:
        """Return what the switch itself takes this phone for."""
        return self.devices.get(number, Observed.UNKNOWN)

    def busy_since(self, number: str) -> datetime | None:
        """Return when the phone's oldest present call reached it."""
        channels = self.channels.get(number, {}).values()
        return min((channel.since for channel in channels), default=None)


def _number_of_channel(event: Event) -> str | None:
    match = _PHONE_CHANNEL.match(event["Channel"])
    return match[1] if match else None


def _duration(text: str) -> timedelta:
    match = _DURATION.fullmatch(text)
    if match is None:
        return timedelta()
    hours, minutes, seconds = map(int, match.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)
