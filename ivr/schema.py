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
from ivr.subflow_file import CALL, RETURN, TYPES
from ivr.variables import VariableType
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
            "variables": table_schema(VARIABLE.pattern, _variable()),
            "nodes": _nodes(),
            "subflows": table_schema(NAME.pattern, _subflow()),
        },
        "$defs": {
            "node": _any_node([*(verb.name for verb in verbs), CALL, RETURN]),
            **{verb.name: _node(verb) for verb in verbs},
            CALL: _call(),
            RETURN: _return(),
            "parameter": {"type": "string", "pattern": f"^\\$({VARIABLE.pattern})$"},
        },
    }


def flow_schema_text() -> str:
    """Return the schema as the committed file holds it."""
    return json.dumps(flow_schema(), ensure_ascii=False, indent=2) + "\n"


def _nodes() -> Schema:
    return table_schema(NAME.pattern, {"$ref": "#/$defs/node"}) | {"minProperties": 1}


def _any_node(verbs: Sequence[str]) -> Schema:
    """The verb decides which fields a node has."""
    return {
        "type": "object",
        "required": ["verb"],
        "properties": {"verb": {"enum": list(verbs)}},
        "allOf": [
            {
                "if": {"properties": {"verb": {"const": verb}}, "required": ["verb"]},
                "then": {"$ref": f"#/$defs/{verb}"},
            }
            for verb in verbs
        ],
    }


def _variable() -> Schema:
    """The value it begins with, or its type in full."""
    word = {"type": SCALAR, "maxLength": LONGEST_TEXT}
    full = {
        "type": {"enum": [str(one) for one in VariableType]},
        "initial": word,
        "values": {"type": "array", "items": word, "minItems": 1},
    }
    return {"anyOf": [word, _object(full, ["type"])]}


def _subflow() -> Schema:
    types = {"enum": list(TYPES)}
    full = _object({"type": types, "default": {"type": SCALAR}}, ["type"])
    parameters = table_schema(VARIABLE.pattern, {"anyOf": [types, full]})
    return _object(
        {"parameters": parameters, "start": _NODE, "nodes": _nodes()}, ["start", "nodes"]
    )


def _call() -> Schema:
    """A node that stands for a sub-flow."""
    fields = {
        "verb": {"const": CALL},
        "subflow": _NODE,
        "with": table_schema(VARIABLE.pattern, {"type": SCALAR}),
        "edges": table_schema(NAME.pattern, _NODE),
    }
    return _object(fields, ["verb", "subflow"])


def _return() -> Schema:
    """The end of a sub-flow."""
    return _object({"verb": {"const": RETURN}, "outcome": _NODE}, ["verb", "outcome"])


def _object(properties: Schema, required: list[str]) -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": properties,
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
    return {"description": inspect.getdoc(verb), **_object(properties, required)}


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
    schema = _or_parameter(kind_schema(field.kind))
    for declared in dataclasses.fields(cast("Any", verb)):
        if declared.name == field.name and isinstance(declared.default, str | int | float):
            default = declared.default
            return schema | {"default": str(default) if isinstance(default, StrEnum) else default}
    return schema


def _or_parameter(schema: Schema) -> Schema:
    """In a sub-flow a single value may come from a parameter."""
    if "object" in (schema.get("type"), *schema.get("type", ())):
        return schema
    if schema.get("type") == "string" and "pattern" not in schema:
        return schema
    return {"anyOf": [schema, {"$ref": "#/$defs/parameter"}]}
