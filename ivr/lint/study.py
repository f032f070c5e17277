"""One flow under inspection: its ways, computed once for all rules."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from ivr.drafts import fields_of
from ivr.fields import PromptKind
from ivr.flow import Flow, Node
from ivr.lint.surroundings import Surroundings
from ivr.lint.ways import reached, ways
from ivr.outcomes import Outcome
from ivr.paths import spoken_ways

# After one of these the caller has got what they called for.
SERVED = frozenset({Outcome.ANSWERED, Outcome.RECORDED, Outcome.TAKEN, Outcome.SERVED})


@dataclass(frozen=True)
class Study:
    """What rules look at."""

    flow: Flow
    around: Surroundings

    @cached_property
    def ways(self) -> Mapping[str, list[tuple[str, Node]]]:
        """Every outcome of every node and where it leads, `else` resolved."""
        return {node.id: list(ways(node)) for node in self.flow.nodes.values()}

    @cached_property
    def reached(self) -> set[str]:
        """The nodes a caller may come to."""
        return reached(self.flow.start, lambda node: [to for _, to in self.ways[node.id]])

    @cached_property
    def unserved(self) -> set[str]:
        """The nodes a caller may come to who has not yet got what they called for."""
        return reached(self.flow.start, self.unserved_targets)

    def unserved_targets(self, node: Node) -> list[Node]:
        """Return where a caller goes on from a node without being served there."""
        return [target for outcome, target in self.ways[node.id] if outcome not in SERVED]

    def waiting_for_help(self) -> Iterator[Node]:
        """Yield the unserved nodes in the file's order."""
        return (node for node in self.flow.nodes.values() if node.id in self.unserved)

    @cached_property
    def spoken(self) -> Mapping[str, list[tuple[str, str]]]:
        """For each node the field and the key (language/prompt) of whatever may be said there."""
        said: dict[str, dict[tuple[str, str], None]] = {}
        for node, language in spoken_ways(self.flow):
            for field, prompt in prompts_of(node):
                said.setdefault(node.id, {})[field, f"{language}/{prompt}"] = None
        return {node: list(keys) for node, keys in said.items()}

    def seconds(self, prompt: str) -> float:
        """Return how long a prompt lasts in the flow's first language; 0 for no prompt."""
        return self.around.sounds.seconds(f"{self.flow.language}/{prompt}") if prompt else 0.0


def prompts_of(node: Node) -> Iterator[tuple[str, str]]:
    """Yield field and prompt of each prompt a node names."""
    for field in fields_of(node.verb):
        if isinstance(field.kind, PromptKind) and (prompt := getattr(node.verb, field.name)):
            yield field.name, prompt
