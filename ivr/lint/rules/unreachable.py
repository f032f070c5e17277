"""A node that no caller comes to."""

from collections.abc import Iterator

from ivr.lint.rule import Remark, rule, yellow
from ivr.lint.study import Study


@rule("unreachable")
def nobody_comes_here(study: Study) -> Iterator[Remark]:
    """Harmless to callers, but whoever wrote it meant something else."""
    for node in study.flow.nodes.values():
        if node.id not in study.reached:
            yield yellow(node, f"Nobody comes to '{node.id}': no way from the start leads here.")
