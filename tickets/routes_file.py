"""Reads `routes.toml`: each fault is named with its line and the mend.

A route or category that hands a department's duty down to a township is a fault like any other.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path

from core.errors import ConfigError
from core.toml_tables import Table, read_table, read_tables
from tickets.categories import CODE, Category
from tickets.durations import Span, read_span
from tickets.office_hours import Frames, read_frames
from tickets.routes import RouteRule, Routes
from tickets.units import UnitKind, Units
from tickets.urgency import Urgency

_KEYS = (
    "category", "area", "enterprise", "hours", "since", "until", "lead", "co", "handle", "urgency",
    "review",
)  # fmt: skip
_WORD = re.compile(r"\S{1,16}")
_TABLES = ("duties", "route")


def load_routes(path: Path, categories: Mapping[str, Category], units: Units) -> Routes:
    """Read the route table. Raises ConfigError."""
    duties = _duties(read_table(path, "duties", beside=_TABLES), categories)
    tables = read_tables(path, "route", beside=_TABLES)
    rules = [_rule(table, categories, units) for table in tables]
    _refuse_same_conditions(rules, tables)
    for rule, table in zip(rules, tables, strict=True):
        _refuse_township(rule, table, duties, units)
    _refuse_township_categories(path, categories, duties, units)
    return Routes(categories, rules)


def _duties(table: Table, categories: Mapping[str, Category]) -> tuple[str, ...]:
    table.refuse_unknown(("departments",))
    return tuple(_known(table, code, categories) for code in _words(table, "departments"))


def _rule(table: Table, categories: Mapping[str, Category], units: Units) -> RouteRule:
    table.refuse_unknown(_KEYS)
    since, until = _day(table, "since"), _day(table, "until")
    if since and until and until < since:
        raise table.fault(f"The route ends on {until}, before it begins on {since}.")
    return RouteRule(
        category=_known(table, table.word("category", CODE, "0501"), categories),
        area=_area(table, units),
        enterprise=table.flag("enterprise") if "enterprise" in table.values else None,
        hours=_hours(table),
        since=since,
        until=until,
        lead=_lead(table, units),
        co=_co(table, units),
        handle=_handle(table),
        urgency=table.one_of("urgency", Urgency) if "urgency" in table.values else None,
        review=table.flag("review"),
        line=table.line,
    )


def _known(table: Table, code: object, categories: Mapping[str, Category]) -> str:
    if not isinstance(code, str) or code not in categories:
        raise table.fault(f"There is no category {code!r} in categories.csv.")
    return code


def _area(table: Table, units: Units) -> str | None:
    value = table.values.get("area")
    if value is not None and value not in units.areas:
        raise table.fault(f"There is no area {value!r} in areas.toml.")
    return value if isinstance(value, str) else None


def _lead(table: Table, units: Units) -> str | None:
    if "lead" not in table.values:
        return None
    lead = table.word("lead", _WORD, "ZJJ")
    units.check(table, "lead", lead)
    return lead


def _co(table: Table, units: Units) -> tuple[str, ...] | None:
    if "co" not in table.values:
        return None
    codes = _words(table, "co")
    for code in codes:
        units.check(table, "co", code)
    return codes


def _words(table: Table, key: str) -> tuple[str, ...]:
    value = table.values.get(key)
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise table.fault(f"'{key}' must be a list of codes in quotes, it is {value!r}.")
    return tuple(value)


def _hours(table: Table) -> Frames | None:
    if "hours" not in table.values:
        return None
    try:
        return read_frames(table.title("hours"))
    except ValueError as error:
        raise table.fault(str(error)) from None


def _handle(table: Table) -> Span | None:
    if "handle" not in table.values:
        return None
    try:
        return read_span(table.title("handle"))
    except ValueError as error:
        raise table.fault(f"'handle': {error}") from None


def _day(table: Table, key: str) -> date | None:
    value = table.values.get(key)
    if value is not None and type(value) is not date:
        raise table.fault(f"'{key}' must be a day without quotes, such as 2027-03-01.")
    return value


def _refuse_same_conditions(rules: Sequence[RouteRule], tables: Sequence[Table]) -> None:
    seen: dict[object, Table] = {}
    for rule, table in zip(rules, tables, strict=True):
        key = (rule.category, rule.conditions())
        if key in seen:
            raise table.fault(
                f"This route has the same conditions as that of line {seen[key].line}; "
                "no ticket could ever tell them apart."
            )
        seen[key] = table


def _refuse_township(rule: RouteRule, table: Table, duties: Collection[str], units: Units) -> None:
    if not _is_township(rule.lead, units):
        return
    for duty in duties:
        # A route for a whole branch reaches the duties within it too.
        if rule.category.startswith(duty) or duty.startswith(rule.category):
            raise table.fault(_pushed_down(duty, rule.lead))


def _refuse_township_categories(
    path: Path, categories: Mapping[str, Category], duties: Sequence[str], units: Units
) -> None:
    for category in categories.values():
        lead = category.handling.lead if category.handling else None
        for duty in duties:
            if category.code.startswith(duty) and _is_township(lead, units):
                raise ConfigError(path.with_name("categories.csv"), None, _pushed_down(duty, lead))


def _is_township(code: str | None, units: Units) -> bool:
    unit = units.by_code.get(code or "")
    return unit is not None and unit.kind is UnitKind.TOWNSHIP


def _pushed_down(duty: str, lead: str | None) -> str:
    return (
        f"{duty} is a duty of departments, and {lead} is a township: "
        "name the department, or take the duty off the list."
    )
