"""What each kind of field looks like in a JSON Schema; used by `ivr.schema`."""

from typing import Any

from ivr.fields import (
    LONGEST_TEXT,
    VARIABLE,
    AssignmentsKind,
    ChoiceKind,
    FieldKind,
    FramesKind,
    Named,
    NumberKind,
    PromptKind,
    SwitchKind,
    VariableKind,
    WeekKind,
    WordKind,
)
from ivr.opening_hours import DAYS

Schema = dict[str, Any]

# YAML reads an unquoted 12348 as a number; the compiler takes it as written.
SCALAR = ["string", "number", "boolean"]
_DAYS = "|".join(DAYS)


def kind_schema(kind: FieldKind) -> Schema:
    """Return the schema of one kind of field. Raises TypeError for a kind that has none yet."""
    match kind:
        case NumberKind(least=least, most=most, whole=whole):
            return {"type": "integer" if whole else "number", "minimum": least, "maximum": most}
        case SwitchKind():
            return {"type": "boolean"}
        case ChoiceKind(words=words):
            return {"enum": [str(word) for word in words]}
        case PromptKind():
            return {"type": "string", "description": "The id of a prompt in prompts.toml."}
        case Named(what=what):
            return {"type": ["string", "integer"], "description": f"The name of a {what}."}
        case VariableKind():
            return {"type": "string", "pattern": f"^{VARIABLE.pattern}$"}
        case WordKind():
            return {"type": SCALAR, "maxLength": LONGEST_TEXT}
        case AssignmentsKind():
            return table_schema(VARIABLE.pattern, kind_schema(WordKind())) | {"minProperties": 1}
        case FramesKind():
            return {"type": "string", "description": "08:30-12:00, 13:30-17:30, or closed."}
        case WeekKind():
            return table_schema(f"({_DAYS})(-({_DAYS}))?", kind_schema(FramesKind()))
    raise TypeError(f"{kind!r} has no schema yet")


def table_schema(names: str, values: Schema) -> Schema:
    """Return the schema of a table whose keys match a pattern."""
    return {
        "type": "object",
        "patternProperties": {f"^{names}$": values},
        "additionalProperties": False,
    }
