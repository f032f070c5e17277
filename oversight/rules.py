"""How a month is assessed, read from `assessment.toml`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.toml_tables import Table, read_table, read_tables, refuse_twice
from reports.definitions.tickets import TICKETS_BY_ID, TicketMeasure
from tickets.durations import Span, read_span

FILE = "assessment.toml"
_TABLES = ("assessment", "part", "deductions", "band")
_SETTINGS = ("smallest_sample", "busy_from", "ranks", "appeal")
_DEDUCTIONS = ("red", "unfounded_return", "letter", "censure")
_ID = re.compile(r"[a-z_]{1,40}", re.ASCII)
_BAND = re.compile(r"\w{1,8}")
_MOST = 100


@dataclass(frozen=True, slots=True)
class Part:
    """A measure and how many points of a hundred it is worth."""

    measure: TicketMeasure
    weight: int


@dataclass(frozen=True, slots=True)
class AssessmentRules:
    """All of the file; `bands` are (name, least points), best first."""

    smallest_sample: int
    busy_from: int
    ranks: bool
    appeal: Span
    parts: tuple[Part, ...]
    deductions: Mapping[str, float]
    bands: tuple[tuple[str, int], ...]

    def band_of(self, score: float) -> str:
        """Return the band of a score, the last one for those below every other."""
        return next((name for name, least in self.bands if score >= least), self.bands[-1][0])


def load_assessment_rules(config_dir: Path) -> AssessmentRules:
    """Read the rules. Raises ConfigError with file, line and mend."""
    path = config_dir / FILE
    beside = frozenset(_TABLES)
    settings = read_table(path, "assessment", beside - {"assessment"})
    settings.refuse_unknown(_SETTINGS)
    parts = read_tables(path, "part", beside - {"part"})
    bands = read_tables(path, "band", beside - {"band"})
    refuse_twice(((str(one.values.get("measure")), one) for one in parts), "measure")
    return AssessmentRules(
        smallest_sample=settings.whole("smallest_sample", 1, 10_000),
        busy_from=settings.whole("busy_from", 1, 1_000_000),
        ranks=settings.flag("ranks"),
        appeal=_span(settings),
        parts=tuple(_part(one) for one in parts),
        deductions=_deductions(path, beside),
        bands=tuple(_band(one) for one in bands),
    )


def _span(settings: Table) -> Span:
    try:
        return read_span(str(settings.values.get("appeal", "")))
    except ValueError as error:
        raise settings.fault(f"'appeal': {error}") from None


def _part(table: Table) -> Part:
    table.refuse_unknown(("measure", "weight"))
    id_ = table.word("measure", _ID, "handling_on_time")
    if id_ not in TICKETS_BY_ID:
        raise table.fault(f"There is no measure {id_!r}. ./hotline report tickets --all has them.")
    return Part(TICKETS_BY_ID[id_], table.whole("weight", 1, _MOST))


def _band(table: Table) -> tuple[str, int]:
    table.refuse_unknown(("name", "from"))
    return table.word("name", _BAND, "A"), table.whole("from", 0, _MOST)


def _deductions(path: Path, beside: frozenset[str]) -> dict[str, float]:
    table = read_table(path, "deductions", beside - {"deductions"})
    table.refuse_unknown(_DEDUCTIONS)
    for name in _DEDUCTIONS:
        value = table.values.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _MOST:
            raise table.fault(f"'{name}' must be a number of points from 0 to {_MOST}.")
    return {name: float(table.values[name]) for name in _DEDUCTIONS}
