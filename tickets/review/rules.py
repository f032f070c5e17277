"""What the city lets rules do without people, read from `dispatch.toml`; nothing, unless said."""

from dataclasses import dataclass
from pathlib import Path

from core.toml_tables import read_table

_KEYS = ("automatic", "learnt_categories", "confidence")


@dataclass(frozen=True, slots=True)
class DispatchRules:
    """`automatic`: a clear route is followed. `learnt_categories`: also for a category that the
    model suggests with at least `confidence`.
    """

    automatic: bool = False
    learnt_categories: bool = False
    confidence: float = 0.95


def load_dispatch_rules(path: Path) -> DispatchRules:
    """Read the file; no file switches nothing on. Raises ConfigError."""
    if not path.exists():
        return DispatchRules()
    table = read_table(path, "dispatch")
    table.refuse_unknown(_KEYS)
    confidence = table.values.get("confidence", 0.95)
    if type(confidence) not in (int, float) or not 0.5 <= confidence <= 1:
        raise table.fault(f"'confidence' must be from 0.5 to 1, it is {confidence!r}.")
    return DispatchRules(
        table.flag("automatic"), table.flag("learnt_categories"), float(confidence)
    )
