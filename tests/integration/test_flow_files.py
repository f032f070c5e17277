"""Flows as files of the configuration: which change is published, put aside, or left out."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.errors import ConfigError
from core.settings import Settings
from ivr.life.files import Fate, TakenIn, take_in_files
from ivr.life.publishing import Moving, point_alias, roll_back
from ivr.life.repository import get_alias, list_drafts
from ivr.life.rules import Rules
from ivr.life.states import DraftState
from ivr.life.transaction import changing
from tests.unit.fake_channel import CONFIG

pytestmark = pytest.mark.integration

Sessions = async_sessionmaker[AsyncSession]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    shutil.copytree(CONFIG, tmp_path / "config")
    for name in ("menu", "police"):
        for path in (tmp_path / "config/flows").glob(f"{name}*.yaml"):
            path.unlink()
    return Settings(home=tmp_path, config_dir=tmp_path / "config")


def edit(settings: Settings, old: str, new: str) -> None:
    path = settings.config_dir / "flows/direct.yaml"
    path.write_text(path.read_text().replace(old, new, 1))


async def up(sessions: Sessions, settings: Settings) -> TakenIn:
    (taken,) = await take_in_files(sessions, settings, Rules(), "root")
    return taken


async def stands(sessions: Sessions) -> int:
    async with sessions() as session:
        return (await get_alias(session, "direct")).number


async def test_the_first_time_a_file_is_version_one_and_then_it_is_known(
    sessions: Sessions, settings: Settings
) -> None:
    assert (await up(sessions, settings)).fate is Fate.PUBLISHED
    assert (await up(sessions, settings)).fate is Fate.UNCHANGED
    assert await stands(sessions) == 1


async def test_a_changed_file_is_published_as_long_as_it_leads_and_also_changed_back(
    sessions: Sessions, settings: Settings
) -> None:
    await up(sessions, settings)
    edit(settings, "title: 直通", "title: 二")
    assert (await up(sessions, settings)).sentence == "direct@2 is published"
    edit(settings, "title: 二", "title: 直通")
    assert (await up(sessions, settings)).sentence == "direct@1 is published"
    assert await stands(sessions) == 1


async def test_a_file_changed_after_somebody_moved_the_alias_becomes_one_draft(
    sessions: Sessions, settings: Settings
) -> None:
    await up(sessions, settings)
    edit(settings, "title: 直通", "title: 二")
    await up(sessions, settings)
    async with changing(sessions) as session:
        await roll_back(session, Moving("direct", "li", "too long"))
    edit(settings, "title: 二", "title: 三")
    assert (await up(sessions, settings)).fate is Fate.DRAFTED
    assert (await up(sessions, settings)).fate is Fate.UNCHANGED
    assert await stands(sessions) == 1
    async with sessions() as session:
        (draft,) = await list_drafts(session, "direct", tuple(DraftState), 9)
    assert (draft.author, draft.reason) == ("root", "config/flows/direct.yaml")


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ('      "9": police\n', "", "red"),
        ("verb: queue", "verb: sing", "sing"),
        ("prompt: goodbye", "prompt: survey-thanks", "do not come true"),
        ("name: direct", "name: direct\nname: direct", "stands already"),
    ],
)
async def test_a_file_that_is_not_fit_is_left_out_each_time_and_the_last_version_goes_on(
    sessions: Sessions, settings: Settings, old: str, new: str, word: str
) -> None:
    await up(sessions, settings)
    edit(settings, old, new)
    for _ in range(2):
        taken = await up(sessions, settings)
        assert taken.fate is Fate.REFUSED
        assert word in taken.sentence
        assert "direct@1 goes on" in taken.sentence
    assert await stands(sessions) == 1


async def test_a_flow_that_was_never_published_and_cannot_run_stops_the_start(
    sessions: Sessions, settings: Settings
) -> None:
    edit(settings, "verb: queue", "verb: sing")
    with pytest.raises(ConfigError, match=r"direct\.yaml:\d+"):
        await up(sessions, settings)


async def test_a_new_flow_with_red_findings_runs_and_says_so(
    sessions: Sessions, settings: Settings
) -> None:
    edit(settings, '      "9": police\n', "")
    assert "findings are red" in (await up(sessions, settings)).sentence


async def test_an_alias_of_the_flow_pointed_elsewhere_is_not_the_files_to_move(
    sessions: Sessions, settings: Settings
) -> None:
    await up(sessions, settings)
    other = settings.config_dir / "flows/storm.yaml"
    text = (settings.config_dir / "flows/direct.yaml").read_text()
    other.write_text(text.replace("name: direct", "name: storm"))
    await take_in_files(sessions, settings, Rules(), "root")
    async with changing(sessions) as session:
        await point_alias(session, Moving("direct", "li", "storm"), "storm", 1)
    edit(settings, "title: 直通", "title: 二")
    direct, _ = await take_in_files(sessions, settings, Rules(), "root")
    assert direct.fate is Fate.DRAFTED
