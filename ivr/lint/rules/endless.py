"""A part of a flow that no call can end in: once there, the caller goes round for ever."""

from collections.abc import Iterator

from ivr.flow import Node
from ivr.lint.rule import Remark, red, rule
from ivr.lint.study import Study


@rule("endless")
def every_way_has_an_end(study: Study) -> Iterator[Remark]:
    """What a silent caller would never leave is refused already; this has no end for anybody."""
    stuck = study.reached - _able_to_end(study)
    nodes = [node for node in study.flow.nodes.values() if node.id in stuck]
    if nodes:
        names = ", ".join(node.id for node in nodes[:6])
        yield red(nodes[0], f"From here no way leads to an end of the call: {names}. Add a hangup.")


def _able_to_end(study: Study) -> set[str]:
    sources: dict[str, list[Node]] = {}
    for node in study.flow.nodes.values():
        for target in node.edges.values():
            sources.setdefault(target.id, []).append(node)
    ahead = [node for node in study.flow.nodes.values() if not node.edges]
    able = {node.id for node in ahead}
    while ahead:
        fresh = [node for node in sources.get(ahead.pop().id, ()) if node.id not in able]
        able.update(node.id for node in fresh)
        ahead += fresh
    return able
