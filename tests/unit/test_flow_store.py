"""What calls run on: a publication is the next call's flow, and no lost file costs a caller."""

import json
from pathlib import Path

import pytest

from core.errors import HotlineError
from core.settings import Settings
from ivr.compiler import version_of
from ivr.desk import KnownSounds, open_desk
from ivr.published import Candidate, Pinned, Published, Standing, write_published
from ivr.store import FlowStore, UnknownFlow, flow_files, keep_version
from recordings.prompts import PromptMissing, Prompts
from tests.unit.fake_channel import CONFIG

pytestmark = pytest.mark.unit

ONE = "name: small\nlanguage: zh\nstart: end\nnodes:\n  end: {verb: hangup}\n"
TWO = ONE.replace("{verb: hangup}", "{verb: hangup, closed: true}")


def pinned(text: str, number: int = 1) -> Pinned:
    return Pinned("small", number, version_of(text))


def publish(home: Path, text: str, candidate: Candidate | None = None, move: int = 1) -> None:
    """Publish as the publisher does: the text first, then the file that calls look at."""
    keep_version(home, "small", text)
    standing = Standing(pinned(text), candidate)
    write_published(home / "published.json", Published(move, {"small": standing}))


def store(home: Path, look_every: float = 0.0) -> FlowStore:
    """A store as a fresh process has it."""
    return FlowStore(home, home / "seeds", look_every)


def test_a_publication_is_the_flow_of_the_next_call(tmp_path: Path) -> None:
    publish(tmp_path, ONE)
    flows = store(tmp_path)
    first = flows.for_call("small")
    assert flows.for_call("small") is first
    publish(tmp_path, TWO)
    assert flows.for_call("small").version == version_of(TWO)


def test_a_file_just_looked_at_is_believed(tmp_path: Path) -> None:
    publish(tmp_path, ONE)
    flows = store(tmp_path, look_every=60)
    first = flows.for_call("small")
    publish(tmp_path, TWO)
    assert flows.for_call("small") is first


def test_an_alias_gives_what_it_points_at_whatever_its_name(tmp_path: Path) -> None:
    keep_version(tmp_path, "small", ONE)
    aliases = {"night": Standing(pinned(ONE))}
    write_published(tmp_path / "published.json", Published(1, aliases))
    assert store(tmp_path).for_call("night").name == "small"


def test_a_running_call_finds_the_version_it_began_with_in_any_process(tmp_path: Path) -> None:
    publish(tmp_path, ONE)
    flows = store(tmp_path)
    first = flows.for_call("small")
    publish(tmp_path, TWO)
    flows.for_call("small")
    assert flows.version("small", first.version) is first
    assert store(tmp_path).version("small", first.version).version == first.version


def test_a_candidate_gets_the_calls_it_is_given_and_the_others_notice_nothing(
    tmp_path: Path,
) -> None:
    keep_version(tmp_path, "small", TWO)
    publish(tmp_path, ONE, Candidate(pinned(TWO, 2), 0, ("13800000000",)))
    flows = store(tmp_path)
    assert flows.for_call("small", "13800000000").version == version_of(TWO)
    assert flows.for_call("small", "13900000000").version == version_of(ONE)
    assert flows.current("small").version == version_of(ONE)


def test_a_candidate_that_is_lost_costs_its_callers_nothing(tmp_path: Path) -> None:
    publish(tmp_path, ONE, Candidate(pinned(TWO, 2), 100))
    assert store(tmp_path).for_call("small").version == version_of(ONE)


@pytest.mark.parametrize("broken", [b"", b"{", b"[]", b'{"move": 1}', b"\xd5\xc5", b"null"])
def test_a_broken_file_of_what_is_published_changes_nothing(tmp_path: Path, broken: bytes) -> None:
    publish(tmp_path, ONE)
    flows = store(tmp_path)
    good = flows.for_call("small")
    (tmp_path / "published.json").write_bytes(broken)
    assert flows.for_call("small") is good
    assert store(tmp_path).for_call("small").version == good.version


def test_a_file_that_vanishes_leaves_its_flow(tmp_path: Path) -> None:
    publish(tmp_path, ONE)
    flows = store(tmp_path)
    good = flows.for_call("small")
    (tmp_path / "published.json").unlink()
    (tmp_path / f"small@{good.version}.yaml").unlink()
    assert flows.for_call("small") is good


def test_a_version_that_was_tampered_with_is_not_run(tmp_path: Path) -> None:
    publish(tmp_path, ONE)
    good = store(tmp_path).for_call("small")
    publish(tmp_path, TWO)
    (tmp_path / f"small@{version_of(TWO)}.yaml").write_text(ONE)
    flows = store(tmp_path)
    assert flows.for_call("small").version == good.version
    with pytest.raises(UnknownFlow, match="was changed"):
        flows.version("small", version_of(TWO))


def test_before_anything_is_published_the_shipped_file_serves(tmp_path: Path, seeds: Path) -> None:
    (seeds / "small.yaml").write_text(ONE)
    flow = store(tmp_path).for_call("small")
    assert store(tmp_path).version("small", flow.version).version == flow.version


def test_a_disk_that_takes_nothing_costs_no_call(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where the folder should be")
    flows = FlowStore(tmp_path / "home", CONFIG / "flows")
    assert flows.for_call("direct").name == "direct"


@pytest.mark.parametrize("name", ["none", "", "../flows/small", "small@1", "SMALL", "a\0b", "a\nb"])
def test_an_unknown_or_hostile_name_is_refused(tmp_path: Path, name: str) -> None:
    publish(tmp_path, ONE)
    with pytest.raises(UnknownFlow):
        store(tmp_path).for_call(name)


@pytest.mark.parametrize("version", ["00000000", "", "../../etc", "0000000G"])
def test_an_unknown_or_hostile_version_is_refused(tmp_path: Path, version: str) -> None:
    publish(tmp_path, ONE)
    with pytest.raises(UnknownFlow):
        store(tmp_path).version("small", version)


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """The folder of the configuration's own flows."""
    (tmp_path / "seeds").mkdir()
    return tmp_path / "seeds"


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ("", r"small\.yaml"),
        ("name: small\n", r"small\.yaml"),
        (ONE.replace("hangup", "sing"), r"small\.yaml:5:15: There is no verb 'sing'"),
        (ONE + "#" * 10_000_000, "larger than 256 KiB"),
    ],
)
def test_a_seed_that_is_no_flow_is_refused(
    tmp_path: Path, seeds: Path, bad: str, words: str
) -> None:
    (seeds / "small.yaml").write_text(bad)
    with pytest.raises(HotlineError, match=words):
        store(tmp_path).seed("small")


def test_a_flow_may_be_written_as_json(tmp_path: Path, seeds: Path) -> None:
    (seeds / "small.json").write_text(
        '{"name": "small", "language": "zh", "start": "a", "nodes": {"a": {"verb": "hangup"}}}'
    )
    (seeds / "flow.schema.json").write_text("{}")
    assert [path.name for path in flow_files(seeds)] == ["small.json"]
    flow = store(tmp_path).for_call("small")
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
def test_json_that_is_none_is_refused_at_its_place(
    tmp_path: Path, seeds: Path, text: str, words: str
) -> None:
    (seeds / "small.json").write_text(text)
    with pytest.raises(HotlineError, match=words):
        store(tmp_path).seed("small")


def test_a_flow_written_twice_is_refused(seeds: Path) -> None:
    (seeds / "small.yaml").write_text(ONE)
    (seeds / "small.json").write_text("{}")
    with pytest.raises(HotlineError, match="keep one"):
        flow_files(seeds)


def test_a_worker_starts_with_whatever_can_be_used(tmp_path: Path) -> None:
    publish(tmp_path, ONE)
    told = json.loads((tmp_path / "published.json").read_text())
    told["aliases"]["lost"] = {
        "pinned": {"flow": "lost", "number": 1, "version": "00000000"},
        "candidate": None,
    }
    (tmp_path / "published.json").write_text(json.dumps(told))
    flows = store(tmp_path)
    flows.warm_up()
    assert flows.for_call("small").version == version_of(ONE)
    with pytest.raises(UnknownFlow):
        flows.for_call("lost")


def test_a_desk_opens_from_files_alone(tmp_path: Path) -> None:
    desk = open_desk(Settings(config_dir=CONFIG, home=tmp_path))
    assert desk.flows.for_call("direct").version


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
