"""The JSON Schema of flow files, made from the verbs' own fields, so that editors complete them.

`config/flows/flow.schema.json` is this, written down. The compiler knows more: which prompts,
queues and nodes there are.
"""

import dataclasses
import inspect
import json
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, cast

from ivr.drafts import NAME, FieldOf, fields_of
from ivr.field_schemas import SCALAR, Schema, kind_schema, table_schema
from ivr.fields import LONGEST_TEXT, VARIABLE
from ivr.outcomes import Outcome
from ivr.verb import VERBS, Verb
from recordings.spoken import LANGUAGES

_NODE: Schema = {"type": "string", "pattern": f"^{NAME.pattern}$"}


def flow_schema() -> Schema:
    """Return the whole schema."""
    verbs = sorted(VERBS.values(), key=lambda verb: verb.name)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A call flow",
        "type": "object",
        "additionalProperties": False,
        "required": ["name", "language", "start", "nodes"],
        "properties": {
            "name": _NODE | {"description": "The file's name without .yaml."},
            "title": {"type": "string", "description": "For people."},
            "language": {
                "enum": list(LANGUAGES),
                "description": "Of prompts, until `lang` is set.",
            },
            "start": _NODE | {"description": "The first node."},
            "variables": table_schema(
                VARIABLE.pattern, {"type": SCALAR, "maxLength": LONGEST_TEXT}
            ),
            "nodes": table_schema(NAME.pattern, {"$ref": "#/$defs/node"}) | {"minProperties": 1},
        },
        "$defs": {"node": _any_node(verbs)} | {verb.name: _node(verb) for verb in verbs},
    }


def flow_schema_text() -> str:
    """Return the schema as the committed file holds it."""
    return json.dumps(flow_schema(), ensure_ascii=False, indent=2) + "\n"


def _any_node(verbs: Sequence[type[Verb]]) -> Schema:
    """The verb decides which fields a node has."""
    return {
        "type": "object",
        "required": ["verb"],
        "properties": {"verb": {"enum": [verb.name for verb in verbs]}},
        "allOf": [
            {
                "if": {"properties": {"verb": {"const": verb.name}}, "required": ["verb"]},
                "then": {"$ref": f"#/$defs/{verb.name}"},
            }
            for verb in verbs
        ],
    }


def _node(verb: type[Verb]) -> Schema:
    fields = fields_of(verb)
    properties: Schema = {"verb": {"const": verb.name}}
    properties |= {field.name: _field(verb, field) for field in fields}
    required = ["verb", *(field.name for field in fields if field.required)]
    if verb.takes_keys:
        properties["keys"] = table_schema("[0-9*#]", _NODE) | {"minProperties": 1}
    if verb.needs_keys:
        required.append("keys")
    if Outcome.DONE in verb.outcomes:
        properties["next"] = _NODE
        required.append("next")
    outcomes = [str(outcome) for outcome in verb.outcomes if outcome != Outcome.DONE]
    if outcomes:
        properties["edges"] = _edges(verb, outcomes)
        required.append("edges")
    return {
        "description": inspect.getdoc(verb),
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": properties,
    }


def _edges(verb: type[Verb], outcomes: list[str]) -> Schema:
    """Every outcome needs its edge, or `else` stands for the rest."""
    names = [*outcomes, *([str(Outcome.ELSE)] if Outcome.ELSE not in outcomes else [])]
    return {
        "type": "object",
        "properties": dict.fromkeys(names, _NODE),
        "additionalProperties": _NODE if verb.free_edges else False,
        "anyOf": [{"required": outcomes}, {"required": [str(Outcome.ELSE)]}],
    }


def _field(verb: type[Verb], field: FieldOf) -> Schema:
    schema = kind_schema(field.kind)
    for declared in dataclasses.fields(cast("Any", verb)):
        if declared.name == field.name and isinstance(declared.default, str | int | float):
            default = declared.default
            return schema | {"default": str(default) if isinstance(default, StrEnum) else default}
    return schema
