"""The ways through a flow: where callers may come, in which language, and where they get stuck."""

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from ivr.call import Known
from ivr.drafts import fields_of
from ivr.fields import PromptKind
from ivr.flow import Flow, Node
from ivr.inventory import Inventory
from ivr.outcomes import KEY_OUTCOMES
from ivr.refusal import Refused

_KEY_EDGES = frozenset(KEY_OUTCOMES.values())


def spoken_ways(flow: Flow) -> Iterator[tuple[Node, str]]:
    """Yield every node a caller may come to, with each language they may hear there."""
    seen: set[tuple[str, str]] = set()
    ahead = [(flow.start, flow.language)]
    while ahead:
        node, language = ahead.pop()
        if (node.id, language) in seen:
            continue
        seen.add((node.id, language))
        yield node, language
        after = node.verb.assignments().get(Known.LANGUAGE, language)
        ahead += [(target, after) for target in node.edges.values()]


def silent_targets(node: Node) -> list[Node]:
    """Return where a node leads inside one session without any key pressed."""
    if node.verb.leaves:
        return []
    loud = _KEY_EDGES.union(node.verb.by_caller)
    return [target for outcome, target in node.edges.items() if outcome not in loud]


def refuse_silent_loops(flow: Flow) -> None:
    """Refuse a circle that a silent caller would never leave. Raises Refused."""
    graph = {
        node.id: {target.id for target in silent_targets(node)} for node in flow.nodes.values()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1][::-1]
        line = flow.nodes[circle[0]].line
        way = " → ".join(circle)
        raise Refused(line, f"An endless loop, unless the caller presses a key: {way}.") from None


def refuse_missing_prompts(flow: Flow, inventory: Inventory) -> None:
    """Refuse a prompt that is missing in a language it may be wanted in. Raises Refused."""
    for node, language in spoken_ways(flow):
        for field in fields_of(node.verb):
            if not isinstance(field.kind, PromptKind):
                continue
            prompt: str = getattr(node.verb, field.name)
            if prompt and prompt not in inventory.prompts[language]:
                line = node.lines.get(field.name, node.line)
                raise Refused(
                    line,
                    f"Node '{node.id}' may want the prompt '{prompt}' in '{language}', where it "
                    "is missing; add it to prompts.toml.",
                )
