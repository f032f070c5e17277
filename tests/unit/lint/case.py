"""Small flows under the lint, and what is found in them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from ivr.lint import Finding, Surroundings, lint_flow
from ivr.sounds import Sounds, sound_texts
from recordings.prompt_file import PromptFile
from tests.unit.fake_channel import CONFIG, flow_of
from tickets.calendar import Notice, Workdays

TEXTS = sound_texts(PromptFile.read(CONFIG / "prompts.toml"))
END = "  end: {verb: hangup}\n"
POLICE = '  police: {verb: partner, partner: "110", edges: {else: human}}\n'
HUMAN = (
    '  human: {verb: queue, queue: GEN, keys: {"9": police, "*": first},'
    " edges: {answered: end, else: first}}\n"
)


def around(texts: Mapping[str, str] | None = None, **more: Any) -> Surroundings:
    """The shipped prompts with some texts changed; 110 is an emergency line; all years known."""
    given = {
        "sounds": Sounds(TEXTS | dict(texts or {})),
        "emergency": frozenset({"110"}),
        "workdays": Workdays(notices={2026: Notice(1, "a notice")}),
        "today": date(2026, 11, 24),
    }
    return Surroundings(**given | more)  # type: ignore[arg-type]


def findings(nodes: str, head: str = "", **surroundings: Any) -> list[Finding]:
    """What the lint says of a flow that begins at its node `first`."""
    return lint_flow(flow_of(nodes, head), around(**surroundings))


def said(rule: str, nodes: str, head: str = "", **more: Any) -> list[tuple[str, str, int | None]]:
    """Severity, node and line of what one rule says. The first node stands in line 5."""
    return [
        (str(one.severity), one.node, one.line)
        for one in findings(nodes, head, **more)
        if one.rule == rule
    ]
