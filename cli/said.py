"""Fields as people type them: `lead=ZJJ feedback.solved=true state=["NEW"]`."""

import json
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from core.errors import HotlineError

T = TypeVar("T")


def read_said(kind: type[T], words: list[str]) -> T:
    """Read `a=1 b.c=x` into one of the forms. Raises HotlineError naming the wrong field."""
    values: dict[str, Any] = {}
    for word in words:
        path, sign, value = word.partition("=")
        if not sign:
            raise HotlineError(f"{word!r} is not name=value, such as lead=ZJJ.")
        *above, name = path.split(".")
        inner = values
        for part in above:
            inner = inner.setdefault(part, {})
        inner[name] = _value(value)
    try:
        return TypeAdapter(kind).validate_python(values)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise HotlineError(f"{place}: {first['msg']}.") from None


def _value(text: str) -> Any:
    """Numbers, true and false, lists and objects as JSON writes them; anything else is a word."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return text if isinstance(value, int | float) and not isinstance(value, bool) else value
