"""Prompts that have a text but no sound yet, while the others have."""

from collections.abc import Iterator

from ivr.lint.rule import Remark, rule, yellow
from ivr.lint.study import Study


@rule("unmade-prompt")
def prompts_are_made(study: Study) -> Iterator[Remark]:
    """A call that wants it would go to a human by the switch's own way."""
    for name, said in study.spoken.items():
        for field, key in said:
            if study.around.sounds.unmade(key):
                yield yellow(
                    study.flow.nodes[name],
                    f"The prompt '{key}' has a text but no sound yet; run ./hotline up.",
                    field,
                )
