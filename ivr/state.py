"""HOTLINE_STATE: where a call stands in its flow, as one word that the switch keeps for us.

`direct@3f2a91c0/human/lang=zh&code=123456`. What comes back is judged like any other input.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

from core.errors import HotlineError

LONGEST = 900
_MOST_VARIABLES = 32
_STATE = re.compile(
    r"(?P<flow>[a-z][a-z0-9-]{0,39})@(?P<version>[0-9a-f]{8})"
    r"/(?P<node>[a-z][a-z0-9.-]{0,159})/(?P<variables>[A-Za-z0-9_.=&%~-]*)",
    re.ASCII,
)
_PAIR = re.compile(r"([a-z][a-z0-9_]{0,31})=([A-Za-z0-9_.~-]|%[0-9A-F]{2})*", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2}", re.ASCII)


class BadState(HotlineError):
    """A state that cannot be trusted or kept; the caller goes to a human."""

    slug = "flow-bad-state"


@dataclass(frozen=True, slots=True)
class State:
    """A place in one version of one flow, and what is known there."""

    flow: str
    version: str
    node: str
    variables: dict[str, str]


def encode(flow: str, version: str, node: str, variables: Mapping[str, str]) -> str:
    """Write a state. Raises BadState when it would not fit into the switch's limits."""
    pairs = "&".join(f"{name}={quote(value, safe='')}" for name, value in variables.items())
    text = f"{flow}@{version}/{node}/{pairs}"
    if len(text) > LONGEST:
        raise BadState(f"The variables of {flow}/{node} are too long to be kept by the switch.")
    return text


def decode(text: str) -> State:
    """Read a state. Raises BadState for anything that `encode` does not write."""
    found = _STATE.fullmatch(text) if len(text) <= LONGEST else None
    if found is None:
        raise BadState(f"This is no state of a call: {text[:80]!r}.")
    pairs = found["variables"].split("&") if found["variables"] else []
    variables = dict(map(_pair, pairs))
    if len(pairs) > _MOST_VARIABLES or len(variables) < len(pairs):
        raise BadState("A state holds too many variables, or one twice.")
    if not _LANGUAGE.fullmatch(variables.get("lang", "")):
        raise BadState("A state names no language.")
    return State(found["flow"], found["version"], found["node"], variables)


def _pair(text: str) -> tuple[str, str]:
    if not _PAIR.fullmatch(text):
        raise BadState(f"This is no variable of a state: {text[:80]!r}.")
    name, _, value = text.partition("=")
    try:
        plain = unquote(value, errors="strict")
    except UnicodeDecodeError:
        raise BadState(f"The variable {name} is not UTF-8.") from None
    if not plain.isprintable():
        raise BadState(f"The variable {name} holds characters that nobody can say.")
    return name, plain
