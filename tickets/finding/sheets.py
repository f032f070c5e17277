"""Rows as CSV and as Excel, written as they come; no cell is ever a formula."""

import csv
import io
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from core.clock import local
from tickets.finding.rows import Row

COLUMNS = {
    "工单编号": "number", "登记时间": "opened_at", "受理渠道": "channel", "状态": "state",
    "诉求性质": "type", "紧急程度": "urgency", "事项分类": "category", "区域": "area",
    "标题": "title", "内容": "details", "地址": "address", "联系人": "contact_name",
    "联系电话": "contact_number", "保密级别": "secrecy", "主办单位": "lead", "时限": "due_at",
    "归档时间": "closed_at", "公开答复": "public_reply",
}  # fmt: skip
# What spreadsheets take for the beginning of a formula, the wide ones of Chinese keyboards too.
_FORMULA = re.compile("[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_LONGEST_CELL = 32_767
MOST_LINES = 1_048_576


def csv_of(rows: Sequence[Row], *, heading: bool) -> bytes:
    """Return lines of CSV, UTF-8; the heading begins with the mark by which Excel knows it."""
    written = io.StringIO()
    lines = csv.writer(written, quoting=csv.QUOTE_ALL)
    if heading:
        written.write("\ufeff")
        lines.writerow(COLUMNS)
    lines.writerows(map(cells, rows))
    return written.getvalue().encode()


class Lines:
    """A CSV file."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab")
        self._file.write(csv_of([], heading=True))

    def write(self, rows: Sequence[Row]) -> None:
        """Add rows."""
        self._file.write(csv_of(rows, heading=False))

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


class Workbook:
    """An Excel file that grows on disk and not in memory; further sheets when one is full."""

    def __init__(self, path: Path, most_lines: int = MOST_LINES) -> None:
        self._book = xlsxwriter.Workbook(
            str(path),
            {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
        )
        self._most_lines = most_lines
        self._sheet, self._line = self._new_sheet(), 1

    def write(self, rows: Sequence[Row]) -> None:
        """Add rows."""
        for row in rows:
            if self._line == self._most_lines:
                self._sheet, self._line = self._new_sheet(), 1
            for column, cell in enumerate(cells(row)):
                if cell:
                    self._sheet.write_string(self._line, column, cell[:_LONGEST_CELL])
            self._line += 1

    def close(self) -> None:
        """Finish the file."""
        self._book.close()

    def _new_sheet(self) -> Worksheet:
        sheet = self._book.add_worksheet()
        for column, name in enumerate(COLUMNS):
            sheet.write_string(0, column, name)
        return sheet


def cells(row: Row) -> list[str]:
    """Return a row's cells as text."""
    return [cell(getattr(row, name)) for name in COLUMNS.values()]


def cell(value: object) -> str:
    """Return one value as text that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return local(value).strftime("%Y-%m-%d %H:%M:%S")
    text = _CONTROL.sub("", str(value))
    return f"'{text}" if _FORMULA.match(text) else text
