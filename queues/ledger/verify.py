"""Whether what is stored of the calls is what their lines say: counted, compared and listed.

Called by `./hotline ledger verify`. Reads only.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from queues.ledger.beside import beside_again
from queues.ledger.compared import Compared
from queues.ledger.facts import Rules
from queues.ledger.remaking import Days, Remade, remake

# How calls that have not ended are counted beside the sixteen classes.
RUNNING = "running"
# Differences kept for people; beyond that they are only counted.
SHOWN = 1000


@dataclass(frozen=True, slots=True)
class Difference:
    """One column of one call; `row` and `tickets` stand for the whole row and its tickets.

    What is kept beside calls has its table's name before the column, and the row's own key.
    """

    uid: str
    column: str
    stored: object
    derived: object


@dataclass(slots=True)
class Findings:
    """What a check came to. `stored` and `derived` count calls by class, running ones among them.

    `calls` are all looked at, `arrivals` those whose lines say so, `rows` those that have a row.
    `differing` is how many calls differ; of their differences the first SHOWN are kept. `beside`
    counts the rows beside calls by table: call-backs, agents' lines, legs of their phones.
    """

    calls: int = 0
    arrivals: int = 0
    rows: int = 0
    stored: Counter[str] = field(default_factory=Counter)
    derived: Counter[str] = field(default_factory=Counter)
    tickets: int = 0
    differing: int = 0
    beside: Counter[str] = field(default_factory=Counter)
    beside_differing: int = 0
    differences: list[Difference] = field(default_factory=list)

    @property
    def adds_up(self) -> bool:
        """Whether the classes and those still running sum to the arrivals, stored and derived."""
        return (self.derived.total(), self.stored.total()) == (self.arrivals, self.rows)

    @property
    def holds(self) -> bool:
        """Whether nothing at all is wrong."""
        return self.adds_up and not self.differing and not self.beside_differing

    def take(self, one: Remade) -> None:
        """Count one call and note what differs."""
        self.calls += 1
        self.tickets += one.tickets
        facts, stored = one.entry.facts, one.stored
        if facts is not None:
            self.arrivals += 1
            self.derived.update(_class(facts.outcome, facts.ended_at))
        if stored is not None:
            self.rows += 1
            self.stored.update(_class(stored.columns["outcome"], stored.columns["ended_at"]))
        found = differences(one)
        self.differing += bool(found)
        self._keep(found)

    def take_beside(self, one: Compared) -> None:
        """Count one row beside the calls and note what differs."""
        self.beside[one.table] += 1
        found = [
            Difference(one.key, f"{one.table}.{name}", *pair)
            for name, pair in one.differing().items()
        ]
        self.beside_differing += bool(found)
        self._keep(found)

    def _keep(self, found: list[Difference]) -> None:
        self.differences += found[: max(0, SHOWN - len(self.differences))]


async def verify(
    session: AsyncSession,
    rules: Rules,
    days: Days,
    progress: Callable[[Findings], None] = lambda _: None,
) -> Findings:
    """Make all calls of these days again and compare; `progress` is told after every batch."""
    findings = Findings()
    async for batch in remake(session, rules, days):
        for one in batch:
            findings.take(one)
        progress(findings)
    async for rows in beside_again(session, days):
        for row in rows:
            findings.take_beside(row)
        progress(findings)
    return findings


def differences(one: Remade) -> list[Difference]:
    """Return all that is wrong with one call: its columns, and a ticket too few or too many."""
    found = [Difference(one.uid, name, *pair) for name, pair in one.differing().items()]
    expected = tickets_expected(one)
    if expected is not None and one.tickets != expected:
        found.append(Difference(one.uid, "tickets", one.tickets, expected))
    return found


def tickets_expected(one: Remade) -> int | None:
    """Return how many tickets a call must have, None while its line is not known yet."""
    facts = one.entry.facts
    if facts is None:
        return 0
    return 1 if facts.line or facts.ended_at else None


def _class(outcome: object, ended_at: object) -> list[str]:
    """Name the one class of a call; one that ended without a class is missing in the sum."""
    if outcome is not None:
        return [str(outcome)]
    return [RUNNING] if ended_at is None else []
