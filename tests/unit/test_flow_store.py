"""Flows on disk: a change takes effect at the next call, a mistake never does."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import ConfigError, HotlineError
from core.settings import Settings
from ivr.desk import KnownSounds, open_desk
from ivr.inventory import Inventory
from ivr.store import FlowStore, UnknownFlow
from recordings.prompts import PromptMissing, Prompts
from tests.unit.fake_channel import CONFIG, shipped_inventory

pytestmark = pytest.mark.unit

GOOD = "name: small\nlanguage: zh\nstart: end\nnodes:\n  end: {verb: hangup}\n"
BETTER = GOOD.replace("{verb: hangup}", "{verb: hangup, closed: true}")
BAD = GOOD.replace("hangup", "sing")


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str | bytes], None]:
    """Writes the flow `small`, each time with a later mtime."""
    (tmp_path / "flows").mkdir()
    path, clock = tmp_path / "flows/small.yaml", iter(range(1_000, 9_000))

    def writes(text: str | bytes) -> None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        os.utime(path, (next(clock),) * 2)

    return writes


def store(tmp_path: Path, inventory: Callable[[], Inventory] = shipped_inventory) -> FlowStore:
    """A store as a fresh process has it."""
    return FlowStore(tmp_path / "flows", tmp_path / "home", inventory)


def test_a_changed_file_is_the_flow_of_the_next_call(
    tmp_path: Path, write: Callable[[str], None]
) -> None:
    write(GOOD)
    flows = store(tmp_path)
    first = flows.current("small")
    assert flows.current("small") is first
    write(BETTER)
    assert flows.current("small").version != first.version


def test_a_file_just_looked_at_is_believed(tmp_path: Path, write: Callable[[str], None]) -> None:
    write(GOOD)
    flows = FlowStore(tmp_path / "flows", tmp_path / "home", shipped_inventory, look_every=60)
    first = flows.current("small")
    write(BETTER)
    assert flows.current("small") is first


def test_a_running_call_finds_the_version_it_began_with(
    tmp_path: Path, write: Callable[[str], None]
) -> None:
    write(GOOD)
    flows = store(tmp_path)
    first = flows.current("small")
    write(BETTER)
    flows.current("small")
    assert flows.version("small", first.version) is first


def test_another_process_finds_an_old_version_too(
    tmp_path: Path, write: Callable[[str], None]
) -> None:
    write(GOOD)
    first = store(tmp_path).current("small")
    write(BETTER)
    assert store(tmp_path).version("small", first.version).version == first.version


@pytest.mark.parametrize("bad", [BAD, "", "name: small\n", b"\xd5\xc5\xc8\xfd", b"x" * 300_000])
def test_a_wrong_file_changes_nothing(
    tmp_path: Path, write: Callable[[str | bytes], None], bad: str | bytes
) -> None:
    write(GOOD)
    flows = store(tmp_path)
    good = flows.current("small")
    write(bad)
    assert flows.current("small") is good
    assert "small.yaml" in str(flows.faults["small"])
    write(BETTER)
    assert flows.current("small").version != good.version
    assert flows.faults == {}


def test_a_wrong_file_is_read_once_not_at_every_call(
    tmp_path: Path, write: Callable[[str], None]
) -> None:
    asked = []

    def inventory() -> Inventory:
        asked.append(1)
        return shipped_inventory()

    write(GOOD)
    flows = store(tmp_path, inventory)
    flows.current("small")
    write(BAD)
    for _ in range(5):
        flows.current("small")
    assert len(asked) == 2


def test_after_a_restart_with_a_wrong_file_the_last_good_version_runs(
    tmp_path: Path, write: Callable[[str], None]
) -> None:
    write(BETTER)
    store(tmp_path).current("small")
    write(GOOD)
    good = store(tmp_path).current("small")
    write(BAD)
    assert store(tmp_path).current("small").version == good.version


def test_a_file_that_vanishes_leaves_its_flow(tmp_path: Path, write: Callable[[str], None]) -> None:
    write(GOOD)
    flows = store(tmp_path)
    good = flows.current("small")
    (tmp_path / "flows/small.yaml").unlink()
    assert flows.current("small") is good


def test_a_configuration_in_trouble_leaves_the_flow_also_over_a_restart(
    tmp_path: Path, write: Callable[[str], None]
) -> None:
    def broken() -> Inventory:
        raise ConfigError("prompts.toml", 3, "This is not TOML.")

    write(GOOD)
    with pytest.raises(UnknownFlow, match=r"prompts\.toml:3"):
        store(tmp_path, broken).current("small")
    good = store(tmp_path).current("small")
    write(BETTER)
    assert store(tmp_path, broken).current("small").version == good.version


def test_a_call_goes_on_though_its_queue_was_taken_away(
    tmp_path: Path, write: Callable[[str], None]
) -> None:
    write(GOOD.replace("{verb: hangup}", "{verb: queue, queue: ENT, edges: {else: end}}"))
    version = store(tmp_path).current("small").version
    without = Inventory(shipped_inventory().prompts, frozenset({"GEN"}), frozenset())
    write(GOOD)
    assert store(tmp_path, lambda: without).version("small", version).version == version


def test_a_disk_that_takes_nothing_costs_no_call(
    tmp_path: Path, write: Callable[[str], None]
) -> None:
    write(GOOD)
    (tmp_path / "home").write_text("a file where the folder should be")
    assert store(tmp_path).current("small").name == "small"


@pytest.mark.parametrize("name", ["none", "", "../flows/small", "small@1", "SMALL", "a\0b", "a\nb"])
def test_an_unknown_or_hostile_name_is_refused(
    tmp_path: Path, write: Callable[[str], None], name: str
) -> None:
    write(GOOD)
    with pytest.raises(UnknownFlow):
        store(tmp_path).current(name)


@pytest.mark.parametrize("version", ["00000000", "", "../../etc", "0000000G"])
def test_an_unknown_or_hostile_version_is_refused(
    tmp_path: Path, write: Callable[[str], None], version: str
) -> None:
    write(GOOD)
    flows = store(tmp_path)
    flows.current("small")
    with pytest.raises(UnknownFlow):
        flows.version("small", version)


def test_a_kept_version_that_was_changed_is_not_that_version(
    tmp_path: Path, write: Callable[[str], None]
) -> None:
    write(GOOD)
    version = store(tmp_path).current("small").version
    (tmp_path / f"home/small@{version}.yaml").write_text(BETTER)
    with pytest.raises(UnknownFlow, match="was changed"):
        store(tmp_path).version("small", version)


def test_loading_all_names_the_first_wrong_file(
    tmp_path: Path, write: Callable[[str], None]
) -> None:
    write(GOOD)
    assert [flow.name for flow in store(tmp_path).load_all()] == ["small"]
    write(BAD)
    with pytest.raises(HotlineError, match=r"small\.yaml:5:15: There is no verb 'sing'"):
        store(tmp_path).load_all()


def test_a_worker_starts_with_what_is_right_and_a_log_of_what_is_not(
    tmp_path: Path, write: Callable[[str], None]
) -> None:
    write(BAD)
    (tmp_path / "flows/other.yaml").write_text(GOOD.replace("small", "other"))
    flows = store(tmp_path)
    flows.warm_up()
    assert list(flows.faults) == ["small"]
    assert flows.current("other").name == "other"


def test_a_desk_opens_from_files_alone(tmp_path: Path) -> None:
    desk = open_desk(Settings(config_dir=CONFIG, home=tmp_path))
    assert desk.flows.current("direct").version
    assert sorted(path.name.partition("@")[0] for path in (tmp_path / "flows").iterdir()) == [
        "direct",
        "menu",
    ]


def test_a_sound_is_looked_for_until_it_is_there_and_then_no_more(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    sounds = KnownSounds(Prompts(settings))
    with pytest.raises(PromptMissing):
        sounds.path("greeting", "zh")
    sound = settings.sounds_dir / "zh/greeting.wav"
    sound.parent.mkdir(parents=True)
    sound.touch()
    assert sounds.path("greeting", "zh") == str(sound.with_suffix(""))
    sound.unlink()
    assert sounds.path("greeting", "zh") == str(sound.with_suffix(""))


def test_a_flow_may_be_written_as_json(tmp_path: Path) -> None:
    folder = tmp_path / "flows"
    folder.mkdir()
    (folder / "small.json").write_text(
        '{"name": "small", "language": "zh", "start": "a", "nodes": {"a": {"verb": "hangup"}}}'
    )
    (folder / "flow.schema.json").write_text("{}")
    (flow,) = store(tmp_path).load_all()
    assert store(tmp_path).version("small", flow.version).start.id == "a"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"name": "small",}', r"small\.json:1:1[78]: This is not JSON"),
        ("name: small", "This is not JSON"),
        ("[" * 100_000, "Nested"),
        ("[" + "1," * 200_000, "larger than 256 KiB"),
    ],
)
def test_json_that_is_none_is_refused_at_its_place(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows/small.json").write_text(text)
    with pytest.raises(HotlineError, match=words):
        store(tmp_path).load_all()


def test_a_flow_written_twice_is_refused(tmp_path: Path, write: Callable[[str], None]) -> None:
    write(GOOD)
    (tmp_path / "flows/small.json").write_text("{}")
    with pytest.raises(HotlineError, match="keep one"):
        store(tmp_path).load_all()


def test_a_file_of_ten_megabytes_is_refused_unread(
    tmp_path: Path, write: Callable[[str], None]
) -> None:
    write(GOOD + "#" * 10_000_000)
    with pytest.raises(HotlineError, match="larger than 256 KiB"):
        store(tmp_path).load_all()
