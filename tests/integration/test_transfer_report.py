"""The report of transfers counts what the ledger keeps beside each call."""

from datetime import date

import pytest
from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from reports.definitions.transfers import TRANSFERS
from reports.transfers import newest_attempts, transfer_counts

pytestmark = pytest.mark.integration

DAY, NEXT = date(2026, 11, 24), date(2026, 11, 25)
_CALL = text("""
    INSERT INTO call (uid, node, line, did, caller, started_at, day, keys, queue_visits, orphaned,
        ended_at, outcome, late_changes, parties)
    VALUES (:uid, 'n', '12345', '12345', '138', now(), :day, '', 1, false, now(), 'answered', 0,
        CAST(:parties AS jsonb))
""")


def attempt(partner: str, how: str, outcome: str, **more: object) -> dict[str, object]:
    told = {"partner": partner, "how": how, "outcome": outcome, "asked": 100.0, "agent": None}
    return {**told, "answered": None, "back_to": None, "actor": None, **more}


async def test_attempts_are_counted_by_line_and_voiceless_ones_only_listed(
    session: AsyncSession,
) -> None:
    calls = {
        "n-1.0": [attempt("110", "one-key", "accepted", answered=104.0)],
        "n-2.0": [
            attempt("110", "consult", "no-answer", back_to="agent"),
            attempt("110", "consult", "accepted", answered=106.0),
        ],
        "n-3.0": [attempt("12348", "menu", "busy"), attempt("12348", "guidance", "guided")],
    }
    for uid, attempts in calls.items():
        parties = Jsonb({"transfers": attempts, "segments": []})
        await session.execute(_CALL, {"uid": uid, "day": DAY, "parties": parties})
    counts = await transfer_counts(session, DAY, NEXT)
    police = {m.id: m.value(counts["110"]) for m in TRANSFERS}
    assert police == {
        "transfers_before_agent": 0,
        "transfers_after_agent": 3,
        "transfer_success_rate": pytest.approx(2 / 3),
        "transfer_return_rate": pytest.approx(1 / 3),
        "far_answer_seconds": 5.0,
    }
    assert (counts["12348"].by_menu, counts["12348"].by_agent) == (1, 0)
    assert len(await newest_attempts(session, DAY, NEXT, 10)) == 5
    assert await transfer_counts(session, NEXT, date(2026, 11, 26)) == {}
