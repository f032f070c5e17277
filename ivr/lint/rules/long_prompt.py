"""Prompts that nobody listens to until the end."""

from collections.abc import Iterator

from ivr.lint.rule import Remark, rule, yellow
from ivr.lint.study import Study

LONGEST = 20.0


@rule("long-prompt")
def prompts_are_short(study: Study) -> Iterator[Remark]:
    """In every language a caller may hear it in."""
    for name, said in study.spoken.items():
        for field, key in said:
            seconds = study.around.sounds.seconds(key)
            if seconds > LONGEST:
                yield yellow(
                    study.flow.nodes[name],
                    f"The prompt '{key}' lasts {seconds:.0f} s; people remember {LONGEST:.0f} s.",
                    field,
                )
