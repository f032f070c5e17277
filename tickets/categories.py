"""What citizens' matters are about (事项分类): a tree whose codes grow by two digits a level.

Read from `categories.csv`. From the second level on a category names the unit that leads.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.csv_tables import read_rows
from core.toml_tables import Table, refuse_twice
from tickets.limits import Rules
from tickets.units import Units, yes
from tickets.urgency import Urgency

COLUMNS = (
    "code", "name", "lead", "co", "type", "urgency", "raised", "when", "secret", "note",
)  # fmt: skip
CODE = re.compile(r"([0-9]{2}){1,3}", re.ASCII)
_FIRST_LEVEL = 2


@dataclass(frozen=True, slots=True)
class Handling:
    """What a category says beyond its name.

    `lead` and `co` are codes of units, or `area`, or `center`. `type` is what such a matter mostly
    is. `raised` is its urgency in the case that `when` describes to the agent. `secret`: only the
    lead unit and reviewers may read such tickets.
    """

    lead: str
    co: tuple[str, ...]
    type: str
    urgency: Urgency
    raised: Urgency | None
    when: str
    secret: bool


@dataclass(frozen=True, slots=True)
class Category:
    """One node of the tree; those of the first level only group and have no handling."""

    code: str
    name: str
    handling: Handling | None
    note: str

    @property
    def level(self) -> int:
        """1, 2 or 3."""
        return len(self.code) // 2


def load_categories(path: Path, units: Units, rules: Rules) -> Mapping[str, Category]:
    """Read the tree, by code in the order of the file. Raises ConfigError."""
    rows = read_rows(path, COLUMNS)
    categories = [_category(row, units, rules) for row in rows]
    entries = list(zip(categories, rows, strict=True))
    refuse_twice(((category.code, row) for category, row in entries), "category code")
    by_code = {category.code: category for category in categories}
    for category, row in entries:
        above = category.code[:-2]
        if above and above not in by_code:
            raise row.fault(f"{category.code} belongs under {above}, which is not in the file.")
    return by_code


def _category(row: Table, units: Units, rules: Rules) -> Category:
    code = row.word("code", CODE, "0501")
    note = row.title("note", longest=200) if "note" in row.values else ""
    if len(code) > _FIRST_LEVEL:
        return Category(code, row.title("name"), _handling(row, units, rules), note)
    _refuse_handling(row)
    return Category(code, row.title("name"), None, note)


def _refuse_handling(row: Table) -> None:
    for key in COLUMNS[2:-1]:
        if key in row.values:
            raise row.fault(f"A first-level category only groups; leave '{key}' empty.")


def _handling(row: Table, units: Units, rules: Rules) -> Handling:
    lead = row.values.get("lead")
    if lead is None:
        raise row.fault("'lead' is empty: nobody would handle these matters.")
    co = tuple(row.values.get("co", "").split(";")) if "co" in row.values else ()
    for key, code in (("lead", lead), *(("co", code) for code in co)):
        units.check(row, key, code)
    if lead in co:
        raise row.fault(f"{lead} is given as lead and as co-handling unit.")
    if row.values.get("type") not in rules.types:
        raise row.fault(f"'type' must be one of {', '.join(rules.types)}, as in limits.toml.")
    urgency, raised = row.one_of("urgency", Urgency), _raised(row)
    if raised is not None and raised.rank <= urgency.rank:
        raise row.fault(f"'raised' must be above '{urgency}'.")
    return Handling(
        lead=lead,
        co=co,
        type=row.values["type"],
        urgency=urgency,
        raised=raised,
        when=row.values.get("when", ""),
        secret=yes(row, "secret"),
    )


def _raised(row: Table) -> Urgency | None:
    if "raised" not in row.values:
        return None
    row.title("when")
    return row.one_of("raised", Urgency)
