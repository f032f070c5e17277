"""The schema that editors use is the one the verbs have."""

import pytest

from ivr.drafts import fields_of
from ivr.field_schemas import kind_schema
from ivr.schema import flow_schema, flow_schema_text
from ivr.verb import VERBS
from tests.unit.fake_channel import CONFIG

pytestmark = pytest.mark.unit


def test_the_committed_schema_is_the_verbs_own() -> None:
    committed = (CONFIG / "flows/flow.schema.json").read_text()
    assert committed == flow_schema_text(), (
        "run ./hotline flow schema > config/flows/flow.schema.json"
    )


@pytest.mark.parametrize("flow", ["direct", "menu", "police"])
def test_every_shipped_flow_names_its_schema(flow: str) -> None:
    first = (CONFIG / f"flows/{flow}.yaml").read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=flow.schema.json"


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_field_of_every_verb_is_in_it(verb: str) -> None:
    node = flow_schema()["$defs"][verb]
    fields = fields_of(VERBS[verb])
    assert {field.name for field in fields} <= set(node["properties"])
    assert {field.name for field in fields if field.required} <= set(node["required"])
    for field in fields:
        written = node["properties"][field.name]
        assert kind_schema(field.kind).items() <= written.get("anyOf", [written])[0].items()


def test_bounds_and_choices_are_those_of_the_compiler() -> None:
    schema = flow_schema()["$defs"]
    assert schema["menu"]["properties"]["tries"] == {
        "anyOf": [
            {"type": "integer", "minimum": 1, "maximum": 5},
            {"$ref": "#/$defs/parameter"},
        ],
        "default": 2,
    }
    kinds = schema["say"]["properties"]["kind"]["anyOf"][0]
    assert kinds["enum"] == ["number", "digits", "date", "time"]
    assert schema["message"]["properties"]["edges"]["anyOf"] == [
        {"required": ["recorded", "too-short"]},
        {"required": ["else"]},
    ]
    assert schema["branch"]["properties"]["edges"]["additionalProperties"]


def test_a_new_kind_of_field_asks_for_its_schema() -> None:
    class NewKind:
        def read(self, value: object, inventory: object) -> object:
            return value

    with pytest.raises(TypeError):
        kind_schema(NewKind())
