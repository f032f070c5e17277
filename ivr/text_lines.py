"""Where entries of a YAML table stand in the text, line by line; used by `ivr.editing`.

What goes or comes whole is cut out of the lines or put among them, so that no comment moves.
"""

from collections.abc import Sequence

from ruamel.yaml.comments import CommentedMap

from ivr.round_trip import key_of


def span(text: str, flow: CommentedMap, place: Sequence[str]) -> tuple[int, int] | None:
    """Return the first line of an entry and the line behind it, counted from 0.

    Comments and empty lines behind it belong to what follows. None when others share its lines.
    """
    lines = text.splitlines()
    table, end = flow, len(lines)
    for name in place[:-1]:
        found = _bounds(table, name, end)
        if found is None:
            return None
        end, table = found[1], table[key_of(table, name)]
    bounds = _bounds(table, place[-1], end)
    if bounds is None:
        return None
    first, behind = bounds
    while behind > first + 1 and _says_nothing(lines[behind - 1]):
        behind -= 1
    return first, behind


def without(text: str, lines: tuple[int, int]) -> str:
    """Return a text without some of its lines."""
    all_lines = text.splitlines(keepends=True)
    return "".join(all_lines[: lines[0]] + all_lines[lines[1] :])


def with_lines(text: str, at: int, more: str) -> str:
    """Return a text with more lines before one of its own."""
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    return "".join([*lines[:at], more, *lines[at:]])


def _bounds(table: CommentedMap, name: str, end: int) -> tuple[int, int] | None:
    if table.fa.flow_style():
        return None
    keys = list(table)
    at = keys.index(key_of(table, name))
    first = table.lc.key(keys[at])[0]
    behind = table.lc.key(keys[at + 1])[0] if at + 1 < len(keys) else end
    return (first, behind) if behind > first else None


def _says_nothing(line: str) -> bool:
    stripped = line.strip()
    return not stripped or stripped.startswith("#")
