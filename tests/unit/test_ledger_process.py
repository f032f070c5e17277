"""The ledger's pace: a few transactions a second when calls come, none wasted when it is behind."""

import asyncio
from typing import cast

import pytest

from queues.ledger.ledger import Ledger
from queues.ledger.process import GATHER, run

pytestmark = pytest.mark.unit

STEPS = 5


class FakeLedger:
    """Finds something new at every step, and stops the process after the last."""

    def __init__(self, *, behind: bool) -> None:
        self.behind = behind
        self.stop = asyncio.Event()
        self.at: list[float] = []

    async def step(self) -> bool:
        self.at.append(asyncio.get_running_loop().time())
        if len(self.at) == STEPS:
            self.stop.set()
        return True


async def seconds_between_steps(ledger: FakeLedger) -> float:
    await run(cast("Ledger", ledger), ledger.stop)
    return (ledger.at[-1] - ledger.at[0]) / (STEPS - 1)


async def test_lines_that_trickle_in_are_gathered() -> None:
    assert await seconds_between_steps(FakeLedger(behind=False)) >= GATHER * 0.9


async def test_arrears_are_worked_off_without_a_pause() -> None:
    assert await seconds_between_steps(FakeLedger(behind=True)) < GATHER / 2
