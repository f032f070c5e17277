"""The tables a person reads."""

from collections.abc import Iterable

from rich.table import Table

from benchmarks import calls, fastagi, publishing, waiting
from benchmarks.figures import Figure
from benchmarks.ways import LIMIT, OURS


def fastagi_table(rows: Iterable[fastagi.Row]) -> Table:
    """Sessions a second beside the limit's, at every number of sessions at once."""
    table = _table(
        "FastAGI: a session of twelve commands; medians (least–most of the rounds)",
        "server",
        "at once", "sessions/s", "of the limit", "target", "p50 µs", "p99 µs", "CPU µs/session",
        "× limit",
        "peak MB",
    )  # fmt: skip
    for row in rows:
        table.add_row(
            row.server,
            str(row.at_once),
            row.per_second.text(),
            row.ratio.text(3),
            judged(row.ratio.median, row.target),
            f"{row.p50_us.median:.0f}",
            f"{row.p99_us.median:.0f}",
            f"{row.cpu_us.median:.0f}",
            f"{row.cpu_of_limit.median:.1f}",
            f"{row.peak_mb:.0f}",
            end_section=row.server == fastagi.COMMITTED,
        )
    return table


def shares_table(rows: Iterable[fastagi.Row]) -> Table:
    """Where the CPU of a session with a committed ticket goes."""
    shared = [row for row in rows if row.cpu_parts]
    parts = list(shared[0].cpu_parts) if shared else []
    table = _table("CPU µs of a session with its ticket committed", "at once", *parts)
    for row in shared:
        table.add_row(str(row.at_once), *(row.cpu_parts[part].text() for part in parts))
    return table


def judged(value: float, least: float | None) -> str:
    """Return the target and whether it is met; a figure that falls short says so."""
    if least is None:
        return ""
    return f"≥ {least:g} {verdict(value >= least)}"


def _table(title: str, first: str, *others: str) -> Table:
    table = Table(title=title, title_justify="left", header_style="bold")
    table.add_column(first)
    for heading in others:
        table.add_column(heading, justify="right")
    return table


def calls_tables(found: calls.Found) -> list[Table]:
    """CPU for each call at the fixed rate; what each way sustains."""
    return [_fixed_table(found), _most_table(found)]


def _fixed_table(found: calls.Found) -> Table:
    parts = list(dict.fromkeys(part for row in found.fixed for part in row.cpu_ms))
    table = _table(
        f"Whole calls at {found.rate:g}/s, {found.commands} AGI commands each: "
        "CPU ms for each call, medians (least–most)",
        "",
        *(row.way for row in found.fixed),
    )
    for part in parts:
        cells = [row.cpu_ms.get(part) for row in found.fixed]
        table.add_row(part, *(cell.text(2) if cell else "" for cell in cells))
    table.add_section()
    table.add_row("Asterisk and server", *(row.serving_ms.text(2) for row in found.fixed))
    table.add_row("… of the C server's", *(row.of_limit.text(3) for row in found.fixed))
    table.add_row(
        f"… target ≤ {calls.CPU_TARGET:g}",
        *(
            verdict(row.of_limit.median <= calls.CPU_TARGET) if row.way == OURS else ""
            for row in found.fixed
        ),
    )
    table.add_row("with the database", *(row.with_database_ms.text(2) for row in found.fixed))
    table.add_row("troubles", *(row.troubles or "none" for row in found.fixed))
    return table


def _most_table(found: calls.Found) -> Table:
    rates = list(dict.fromkeys(rate for row in found.most for rate in row.clean))
    table = _table(
        "The most sustained: rounds without a failed call, a repetition or a lost key, by calls/s",
        "way",
        *(str(rate) for rate in rates),
        "sustained",
        "of the C server's",
    )
    base = next(row.sustained for row in found.most if row.way == LIMIT)
    for row in found.most:
        share = row.sustained / base if base else 0.0
        verdict = f" {judged(share, calls.RATE_TARGET)}" if row.way == OURS else ""
        table.add_row(
            row.way,
            *(row.clean.get(rate, "–") for rate in rates),
            str(row.sustained),
            f"{share:.2f}{verdict}",
        )
    return table


def waiting_tables(found: waiting.Found) -> list[Table]:
    """Memory and CPU by process; how soon a free agent is rung."""
    parts = _table(
        f"{found.waiting_first} to {found.waiting_last} callers waiting, {found.agents} agents "
        f"answering, {found.seconds:g} s",
        "process",
        "MB idle",
        "MB waiting",
        "CPU % idle",
        "CPU % waiting",
    )
    for row in found.parts:
        parts.add_row(
            row.part,
            f"{row.idle_mb:.0f}",
            f"{row.waiting_mb:.0f}",
            f"{row.idle_cpu:.1f}",
            f"{row.waiting_cpu:.1f}",
        )
    idle = _table(
        "From an agent's call ended to their phone rung for the next caller, ms",
        "times",
        "median",
        "p95",
        "longest",
    )
    ms = [f"{value * 1e3:.0f}" for value in (found.idle.median, found.idle.p95, found.idle.longest)]
    idle.add_row(str(found.idle.times), *ms)
    return [parts, idle]


def verdict(met: bool) -> str:
    """Return the word for a target that is met or missed."""
    return "met" if met else "SHORT"


def publishing_table(found: publishing.Found) -> Table:
    """How soon a publication is the next call, and whether anybody on the line was disturbed."""
    table = _table(
        f"From publish to effect, ms; of {found.callers} callers on the line {found.failed} were "
        "disturbed",
        "",
        "lint and scenarios",
        "transaction",
        "until no call gets the old version",
        f"target: longest ≤ {publishing.TARGET * 1000:.0f}",
    )
    for row in found.rows:
        table.add_row(
            row.state,
            *(_ms(one) for one in (row.judged, row.committed, row.in_effect)),
            "met" if row.in_effect.high <= publishing.TARGET else "SHORT",
        )
    return table


def _ms(figure: Figure) -> str:
    return Figure(figure.median * 1e3, figure.low * 1e3, figure.high * 1e3).text()
