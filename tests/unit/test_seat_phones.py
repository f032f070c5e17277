"""What a seat talks through, as its file says and the switch is told."""

from pathlib import Path
from typing import Any, cast

import pytest

from core.settings import Settings
from queues.agents import Agent
from queues.seat_phones import SeatInTalk, browser_account, use_browser, use_desk
from telephony.ami import Ami

pytestmark = pytest.mark.unit

SEAT = Agent(number="8013", queues={})


class _Switch:
    def __init__(self, *channels: str) -> None:
        self.channels = channels
        self.told: list[str] = []

    async def list_action(self, name: str) -> list[dict[str, str]]:
        assert name == "CoreShowChannels"
        return [{"Channel": channel} for channel in self.channels]

    async def action(self, name: str, **headers: str) -> None:
        self.told.append(f"{name} {headers['Module']}")


def _as_ami(switch: Any) -> Ami:
    return cast("Ami", switch)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path)
    settings.seat_phones_dir.mkdir(parents=True)
    return settings


async def test_a_browser_gets_a_new_secret_each_time_and_the_switch_is_told(
    settings: Settings,
) -> None:
    switch = _Switch("PJSIP/80131-00000001", "PJSIP/trunk-00000002")
    first = await use_browser(settings, _as_ami(switch), SEAT)
    second = await use_browser(settings, _as_ami(switch), SEAT)
    assert first.secret != second.secret
    assert browser_account(settings, SEAT) == second
    assert switch.told == ["Reload res_pjsip.so"] * 2
    file = settings.seat_phones_dir / "8013.conf"
    assert file.stat().st_mode & 0o007 == 0
    assert "webrtc = yes" in file.read_text()


async def test_the_desk_phone_voids_the_browsers_secret(settings: Settings) -> None:
    switch = _Switch()
    await use_browser(settings, _as_ami(switch), SEAT)
    await use_desk(settings, _as_ami(switch), SEAT)
    assert browser_account(settings, SEAT) is None
    assert "webrtc" not in (settings.seat_phones_dir / "8013.conf").read_text()


async def test_a_phone_is_not_changed_under_a_talk(settings: Settings) -> None:
    talking = _Switch("PJSIP/8013-00000007")
    with pytest.raises(SeatInTalk):
        await use_browser(settings, _as_ami(talking), SEAT)
    assert browser_account(settings, SEAT) is None
    assert not talking.told
