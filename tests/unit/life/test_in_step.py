"""Files follow what is published; killed between any two steps, calls keep what they had."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core.settings import Settings
from ivr.compiler import version_of
from ivr.life.repository import InUse
from ivr.published import Pinned, Published, Standing
from ivr.store import FlowStore
from stack import in_step
from stack.in_step import Home
from stack.switch import Switch
from tests.unit.fake_channel import CONFIG

pytestmark = pytest.mark.unit

ONE = (CONFIG / "flows/direct.yaml").read_text()
TWO = ONE.replace("title: 直通", "title: 二")
# A key that no shipped flow gives a meaning in that queue.
THREE = TWO.replace('keys: {"0": human, "5": callback, "9": police}', 'keys: {"6": human}', 1)
SWITCH = Switch((), Path(), Path(), Path(), "22.0.0", "none")


class Killed(BaseException):
    """What a process does not survive."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "flows").mkdir()
    (tmp_path / "survival").mkdir()
    return Settings(home=tmp_path, config_dir=CONFIG)


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The keys that Asterisk was told of; there is no Asterisk here."""
    told: list[object] = []

    def configure(*arguments: object) -> list[str]:
        told.append(arguments[2])
        return []

    monkeypatch.setattr(in_step, "configure", configure)
    return told


def in_use(move: int, *texts: str) -> InUse:
    """The last of these texts is published, the others were lately."""
    pins = {Pinned("direct", at, version_of(text)): text for at, text in enumerate(texts, 1)}
    standing = Standing(list(pins)[-1])
    return InUse(Published(move, {"direct": standing}), pins)


def of_next_call(settings: Settings) -> str:
    store = FlowStore(settings.home / "flows", settings.home / "none")
    return store.for_call("direct").version


def survival(settings: Settings) -> str:
    return (settings.home / "survival/flow.json").read_text()


def test_what_is_published_is_the_next_call_and_the_last_resort(
    settings: Settings, rendered: list[object]
) -> None:
    home = Home(settings, SWITCH)
    assert home.move == -1
    home.bring_in_step(in_use(1, ONE))
    assert (home.move, of_next_call(settings)) == (1, version_of(ONE))
    assert version_of(ONE) in survival(settings)
    home.bring_in_step(in_use(2, ONE, TWO))
    assert (home.move, of_next_call(settings)) == (2, version_of(TWO))
    assert version_of(TWO) in survival(settings)


@pytest.mark.parametrize("step", ["keep_version", "configure", "write_published"])
def test_killed_in_between_calls_go_on_and_the_next_round_mends(
    settings: Settings, rendered: list[object], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    Home(settings, SWITCH).bring_in_step(in_use(1, ONE))

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(in_step, step, killed)
        with pytest.raises(Killed):
            Home(settings, SWITCH).bring_in_step(in_use(2, ONE, TWO))
        assert of_next_call(settings) == version_of(ONE)
        assert version_of(ONE) in survival(settings)
    Home(settings, SWITCH).bring_in_step(in_use(2, ONE, TWO))
    assert of_next_call(settings) == version_of(TWO)
    assert version_of(TWO) in survival(settings)


def test_killed_before_the_last_resort_knew_it_learns_it_at_the_next_start(
    settings: Settings, rendered: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    Home(settings, SWITCH).bring_in_step(in_use(1, ONE))

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(in_step, "write_essentials", killed)
        with pytest.raises(Killed):
            Home(settings, SWITCH).bring_in_step(in_use(2, ONE, TWO))
    Home(settings, SWITCH).bring_in_step(in_use(2, ONE, TWO))
    assert version_of(TWO) in survival(settings)


def test_the_switch_is_told_only_when_it_must_know_more(
    settings: Settings, rendered: list[object]
) -> None:
    home = Home(settings, SWITCH)
    home.bring_in_step(in_use(1, ONE))
    home.bring_in_step(in_use(2, ONE, TWO))
    assert len(rendered) == 1
    home.bring_in_step(in_use(3, ONE, TWO, THREE))
    assert len(rendered) == 2


@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.write_text("{")])
def test_files_that_somebody_spoiled_are_made_again(
    settings: Settings, rendered: list[object], spoil: Callable[[Path], object]
) -> None:
    home = Home(settings, SWITCH)
    home.bring_in_step(in_use(1, ONE))
    for path in (settings.home / "flows").iterdir():
        spoil(path)
    home.bring_in_step(in_use(1, ONE))
    assert of_next_call(settings) == version_of(ONE)


def test_a_version_that_cannot_be_prepared_leaves_calls_where_they_are(
    settings: Settings, rendered: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(settings, SWITCH)
    home.bring_in_step(in_use(1, ONE))

    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(in_step, "configure", full)
    with pytest.raises(OSError, match="no space"):
        home.bring_in_step(in_use(2, ONE, THREE))
    assert (home.move, of_next_call(settings)) == (1, version_of(ONE))


def test_a_version_that_cannot_run_any_more_keeps_no_other_from_callers(
    settings: Settings, rendered: list[object]
) -> None:
    refused = ONE.replace("verb: queue", "verb: sing")
    Home(settings, SWITCH).bring_in_step(in_use(1, refused, ONE))
    assert of_next_call(settings) == version_of(ONE)
