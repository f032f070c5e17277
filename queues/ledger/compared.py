"""One stored row beside what the lines say of it: what `verify` lists and `rebuild` mends."""

from collections.abc import Mapping
from dataclasses import dataclass

Columns = Mapping[str, object]
_THERE = "there"


@dataclass(frozen=True, slots=True)
class Compared:
    """A row by its table and key; None where there is none, or should be none."""

    table: str
    key: str
    stored: Columns | None
    derived: Columns | None

    def differing(self) -> dict[str, tuple[object, object]]:
        """Return the columns that differ, each with (stored, derived).

        A row that should not be there, or should be and is not, differs in `row` alone.
        """
        if self.stored is None or self.derived is None:
            pair = (_THERE if self.stored else None, _THERE if self.derived else None)
            return {"row": pair} if any(pair) else {}
        pairs = ((name, self.stored[name], value) for name, value in self.derived.items())
        return {name: (old, new) for name, old, new in pairs if old != new}
