"""Who handles tickets: the units of the city, its areas (each a unit too) and the hotline itself.

Read from `units.csv` and `areas.toml`; asked by categories, routes and dispatch.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from core.csv_tables import read_rows
from core.toml_tables import Table, read_tables, refuse_twice

COLUMNS = ("code", "name", "short", "kind", "duty", "parent", "matters")
# Stands for the unit of the ticket's area, and for the hotline itself.
AREA, CENTER = "area", "center"
_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{1,15}", re.ASCII)
_MARK = re.compile(r"[YN]", re.ASCII)


class UnitKind(StrEnum):
    """What a unit is, in the words of the file."""

    BUREAU = "市直"
    VERTICAL = "垂直"
    UTILITY = "公共企业"
    MASS_ORGANISATION = "群团"
    TASK_FORCE = "专班"
    PARTY = "党委"
    AREA = "区县"
    AREA_BUREAU = "县直"
    TOWNSHIP = "乡镇街道"
    CENTER = "受理中心"


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit. `duty`: an officer is there day and night. `parent`: the unit above, by code."""

    code: str
    name: str
    short: str
    kind: UnitKind
    duty: bool = False
    parent: str | None = None
    matters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Units:
    """All units by code, the areas and the hotline among them."""

    by_code: Mapping[str, Unit]

    @property
    def areas(self) -> frozenset[str]:
        """The codes of the areas."""
        return frozenset(u.code for u in self.by_code.values() if u.kind is UnitKind.AREA)

    def check(self, row: Table, key: str, code: str) -> None:
        """Refuse a code that is neither a unit's nor `area` nor `center`. Raises ConfigError."""
        if code != AREA and code not in self.by_code:
            raise row.fault(f"'{key}' names {code!r}; no unit in units.csv or areas.toml has it.")


def load_units(units_csv: Path, areas_toml: Path) -> Units:
    """Read units and areas. Raises ConfigError with the line and the mend."""
    rows = read_rows(units_csv, COLUMNS)
    areas = read_tables(areas_toml, "area")
    entries = [*((_unit(row), row) for row in rows), *((_area(table), table) for table in areas)]
    refuse_twice(((unit.code, table) for unit, table in entries), "unit code")
    by_code = {unit.code: unit for unit, _ in entries}
    _check_parents(entries, by_code)
    center = Unit(CENTER, "12345热线受理中心", "受理中心", UnitKind.CENTER, duty=True)
    return Units({**by_code, CENTER: center})


def yes(row: Table, key: str) -> bool:
    """Read a cell of Y or N. Raises ConfigError."""
    return row.word(key, _MARK, "Y") == "Y"


def _unit(row: Table) -> Unit:
    return Unit(
        code=row.word("code", _CODE, "ZJJ"),
        name=row.title("name"),
        short=row.title("short", longest=16),
        kind=row.one_of("kind", UnitKind),
        duty=yes(row, "duty"),
        parent=row.values.get("parent"),
        matters=tuple(row.values.get("matters", "").split()),
    )


def _area(table: Table) -> Unit:
    table.refuse_unknown(("code", "name"))
    name = table.title("name")
    return Unit(table.word("code", _CODE, "371502"), name, name, UnitKind.AREA, duty=True)


def _check_parents(entries: Iterable[tuple[Unit, Table]], by_code: Mapping[str, Unit]) -> None:
    for unit, table in entries:
        seen, above = [unit.code], unit.parent
        while above is not None:
            if above not in by_code:
                raise table.fault(f"'parent' names {above!r}; no unit has this code.")
            if above in seen:
                raise table.fault(
                    f"The parents go round in a circle: {' < '.join(seen)} < {above}."
                )
            seen.append(above)
            above = by_code[above].parent
