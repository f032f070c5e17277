"""Asks the switch for everything the live picture shows, at one time."""

from dataclasses import dataclass

from telephony.ami import Ami, Event


@dataclass(frozen=True, slots=True)
class SwitchView:
    """What the switch answered: queues with members and callers, phones, channels."""

    queues: list[Event]
    devices: list[Event]
    channels: list[Event]


async def read_switch(ami: Ami) -> SwitchView:
    """Ask for all lists. Raises AmiError when the switch is away or still starting."""
    return SwitchView(
        queues=await ami.list_action("QueueStatus"),
        devices=await ami.list_action("DeviceStateList"),
        channels=await ami.list_action("CoreShowChannels"),
    )
