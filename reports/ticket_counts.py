"""What a group of tickets adds up to, and the conditions by which each is counted and listed.

Filled by `ticket_tally`, read by the formulas of `definitions.tickets`. A condition is SQL over one
row of facts for each ticket, so a list always has as many tickets as its number.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

# Matters without a merit of their own do not count for or against a unit.
_COUNTABLE = "handed AND state NOT IN ('UNREASONABLE', 'WITHDRAWN', 'MERGED', 'OUT', 'INVALID')"
_FLOWED = f"{_COUNTABLE} AND settled_at IS NOT NULL AND NOT handle_runs"


def _over(clock: str) -> str:
    """Decided: the clock was stopped, or runs on although its limit is over."""
    return f"{_COUNTABLE} AND {clock}_there AND (NOT {clock}_runs OR {clock}_late)"


def _in_time(clock: str) -> str:
    return f"{_COUNTABLE} AND {clock}_there AND NOT {clock}_runs AND NOT {clock}_late"


TICKET_SELECTIONS: Mapping[str, str] = {
    "received": "true",
    "answered_online": "NOT handed AND ended",
    "handed_over": "handed",
    "undecided": "NOT handed AND NOT ended",
    "countable": _COUNTABLE,
    "handled": f"{_COUNTABLE} AND handle_there AND NOT handle_runs",
    "dispatch_decided": _over("dispatch"),
    "dispatched_in_time": _in_time("dispatch"),
    "sign_decided": _over("sign"),
    "signed_in_time": _in_time("sign"),
    "contact_decided": _over("contact"),
    "contacted_in_time": _in_time("contact"),
    "handle_decided": _over("handle"),
    "handled_in_time": _in_time("handle"),
    "overdue": f"{_COUNTABLE} AND handle_runs AND handle_late",
    "flowed": _FLOWED,
    "returned": "handed AND returns > 0",
    "returned_unfounded": "handed AND adjudicated",
    "redispatched": "dispatches > 1",
    "extended": "extended > 0",
    "redone": "redos > 0",
    "solved": f"{_COUNTABLE} AND solved",
    "solved_known": f"{_COUNTABLE} AND answers > 0",
    "unsolved": "handed AND state <> 'UNREASONABLE' AND ended AND solved IS NOT TRUE",
    "answered_back": "handed AND state <> 'UNREASONABLE' AND answers > 0",
    "repeated_7": "since_same < interval '7 days'",
    "repeated_15": "since_same < interval '15 days'",
    "repeated_30": "since_same < interval '30 days'",
    "invalid": "state = 'INVALID'",
    "unreasonable": "state = 'UNREASONABLE'",
    "out_of_scope": "state = 'OUT'",
    "withdrawn": "state = 'WITHDRAWN'",
    "merged": "state = 'MERGED'",
    "in_progress": "handed AND NOT ended",
}
_DAYS = "extract(epoch FROM settled_at - handed_at) / 86400.0"


def _workday(instant: str) -> str:
    """SQL of the number of an instant's working day; a day off has that of the one before."""
    day = f"({instant} AT TIME ZONE 'Asia/Shanghai')::date"
    return f"width_bucket({day}, CAST(:workdays AS date[]))"


# Sums over tickets; days are exact in the database and floating only here.
TICKET_SUMS: Mapping[str, str] = {
    "answers": f"CASE WHEN {_COUNTABLE} THEN answers END",
    "content_answers": f"CASE WHEN {_COUNTABLE} THEN content_answers END",
    "follow_up_calls": "follow_up_calls",
    "flow_days": f"CASE WHEN {_FLOWED} THEN {_DAYS} END",
    "flow_days_unpaused": f"CASE WHEN {_FLOWED} THEN {_DAYS} - suspended_days END",
    "flow_workdays": (
        f"CASE WHEN {_FLOWED} THEN {_workday('settled_at')} - {_workday('handed_at')} END"
    ),
    "handling_days": (
        f"CASE WHEN {_FLOWED} THEN extract(epoch FROM handled_at - handed_at) / 86400.0 END"
    ),
}


@dataclass(frozen=True, slots=True)
class TicketCounts:
    """Numbers of tickets by selection, and sums over them (days, calls, answers) by name."""

    selected: Mapping[str, int] = field(default_factory=dict)
    sums: Mapping[str, float] = field(default_factory=dict)

    def of(self, selection: str) -> int:
        """Return how many tickets a selection has."""
        return self.selected.get(selection, 0)

    def sum(self, name: str) -> float:
        """Return a sum over tickets."""
        return self.sums.get(name, 0.0)
