"""A recording that still says what its prompt said before."""

from collections.abc import Iterator

from ivr.lint.rule import Remark, rule, yellow
from ivr.lint.study import Study


@rule("stale-recording")
def recordings_say_their_texts(study: Study) -> Iterator[Remark]:
    """The text was changed afterwards; callers hear the old one."""
    for name, said in study.spoken.items():
        for field, key in said:
            if key in study.around.stale:
                yield yellow(
                    study.flow.nodes[name],
                    f"The recording of '{key}' is older than its text; record it anew.",
                    field,
                )
