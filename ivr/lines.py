"""The numbers that ring here, and which flow each leads to. Read by the dialplan's renderer."""

from dataclasses import dataclass
from pathlib import Path

from core.settings import Settings
from core.toml_tables import Table, read_tables, refuse_twice
from ivr.drafts import NAME
from ivr.published import NothingPublished, published_file, read_published
from ivr.store import flow_files
from transfers.partners import CODE, Partner, load_partners, numbers_of

_KEYS = ("code", "name", "numbers", "flow", "partner")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of ours: the numbers a citizen dials and the alias whose flow answers them.

    `partner` is the code of the partner line that hands its callers over to this one, '' for a line
    that citizens dial themselves.
    """

    code: str
    name: str
    numbers: tuple[str, ...]
    flow: str
    partner: str = ""


@dataclass(frozen=True, slots=True)
class Lines:
    """All of lines.toml; the first line is the hotline itself."""

    lines: tuple[Line, ...]
    partners: tuple[Partner, ...]


def load_lines(settings: Settings) -> Lines:
    """Read lines.toml. Raises ConfigError for anything that would misroute a call."""
    folder = settings.config_dir
    path = folder / "lines.toml"
    tables = read_tables(path, "line", beside=("partner",))
    if not tables:
        raise Table(path, None, {}).fault("No [[line]] is written here; nobody could call.")
    aliases = known_aliases(settings)
    lines = tuple(_line(table, folder / "flows", aliases) for table in tables)
    pairs = list(zip(lines, tables, strict=True))
    refuse_twice(((line.code, table) for line, table in pairs), "line code")
    refuse_twice(((number, table) for line, table in pairs for number in line.numbers), "number")
    partners = load_partners(folder)
    for line, table in pairs:
        if line.partner and line.partner not in {partner.code for partner in partners}:
            raise table.fault(f"There is no partner line {line.partner!r} to hand callers over.")
    return Lines(lines, partners)


def known_aliases(settings: Settings) -> frozenset[str]:
    """Return what a line may point at: what is published, and each flow by its own name."""
    flows = {path.stem for path in flow_files(settings.config_dir / "flows")}
    try:
        return frozenset(read_published(published_file(settings)).aliases) | flows
    except NothingPublished:
        return frozenset(flows)


def _line(table: Table, flows: Path, aliases: frozenset[str]) -> Line:
    table.refuse_unknown(_KEYS)
    flow = table.word("flow", NAME, "direct")
    if flow not in aliases:
        known = ", ".join(sorted(aliases))
        raise table.fault(f"There is no flow '{flow}' in {flows}. Known: {known}.")
    partner = table.word("partner", CODE, "110") if "partner" in table.values else ""
    return Line(
        table.word("code", CODE, "12345"), table.title("name"), numbers_of(table), flow, partner
    )
