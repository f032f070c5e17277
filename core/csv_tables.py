"""Spreadsheets as an admin saved them, each row knowing its line.

Used by the loaders of config/*.csv; what the columns mean is theirs.
"""

import csv
from collections.abc import Sequence
from pathlib import Path

from core.errors import ConfigError
from core.toml_tables import Table


def read_rows(path: Path, columns: Sequence[str]) -> list[Table]:
    """Return the rows below the headings; an empty cell is absent from its row.

    Raises ConfigError when the headings are not exactly these or a row has another number of cells.
    """
    lines = csv.reader(_text(path).splitlines(keepends=True), strict=True)
    try:
        headings = next(lines, [])
        if headings != list(columns):
            raise ConfigError(path, 1, f"The first line must be: {','.join(columns)}")
        return [_row(path, lines.line_num, columns, cells) for cells in lines if cells]
    except csv.Error as error:
        raise ConfigError(path, lines.line_num, f"This is not CSV: {error}.") from None


def _row(path: Path, line: int, columns: Sequence[str], cells: list[str]) -> Table:
    row = Table(path, line, {})
    if len(cells) != len(columns):
        raise row.fault(f"{len(cells)} cells are written here; there are {len(columns)} columns.")
    row.values.update((key, cell.strip()) for key, cell in zip(columns, cells, strict=True))
    for key in [key for key, cell in row.values.items() if not cell]:
        del row.values[key]
    return row


def _text(path: Path) -> str:
    try:
        # Spreadsheet programs write a byte order mark.
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(path, None, "The file is missing; restore it from the project.") from None
    except UnicodeDecodeError:
        raise ConfigError(path, None, "The file is not UTF-8; save it as 'CSV UTF-8'.") from None
