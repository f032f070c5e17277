"""What the rest of the house learns from flows: music classes, live keys, survival."""

import pytest

from core.errors import HotlineError
from core.settings import Settings
from ivr.catalogue import greetings, queue_keys, survival_essentials
from ivr.drafts import fields_of
from ivr.on_air import COUNTING_KEYS
from ivr.verb import VERBS
from tests.unit.fake_channel import CONFIG, flow_of, shipped_flow

pytestmark = pytest.mark.unit

SETTINGS = Settings(config_dir=CONFIG)


def test_every_greeting_is_known_in_the_languages_it_is_heard_in() -> None:
    found = greetings([shipped_flow("direct"), shipped_flow("menu")])
    assert {("zh", "greeting-direct"), ("zh", "elderly"), ("en", "english")} <= found
    assert ("zh", "english") not in found


def test_the_keys_of_a_queue_are_those_that_some_flow_gives_a_meaning() -> None:
    keys = queue_keys([shipped_flow("direct"), shipped_flow("menu")])
    assert keys["GEN"] == set("0234589#*") | set(COUNTING_KEYS)
    assert keys["EN"] == set("59")


def test_survival_greets_in_the_queue_as_the_flow_does() -> None:
    essentials = survival_essentials(shipped_flow("direct"), SETTINGS)
    assert essentials == {
        "flow": f"direct@{shipped_flow('direct').version}",
        "greeting": "",
        "queue": "GEN",
        "music": "zh-greeting-direct",
        "timeout": 180,
        "lang": "zh",
        "journal": str(SETTINGS.journal),
    }


def test_survival_speaks_the_greeting_where_the_flow_has_it_before_the_queue() -> None:
    essentials = survival_essentials(shipped_flow("menu"), SETTINGS)
    assert essentials["greeting"] == str(SETTINGS.sounds_dir / "zh/greeting")
    assert essentials["music"] == "hold"


def test_a_flow_without_a_human_cannot_be_survived() -> None:
    with pytest.raises(HotlineError, match="leads a silent caller to no queue"):
        survival_essentials(flow_of("  first: {verb: hangup}\n"), SETTINGS)


@pytest.mark.parametrize("name", sorted(VERBS))
def test_every_verb_is_explained_with_its_fields_and_outcomes(name: str) -> None:
    pages = (CONFIG / "flows/README.md").read_text().splitlines()
    row = next(line for line in pages if line.startswith(f"| `{name}` |"))
    words = [field.name for field in fields_of(VERBS[name])]
    words += ["next" if outcome == "done" else outcome for outcome in VERBS[name].outcomes]
    assert [word for word in words if f"`{word}`" not in row] == []
