"""How an alias moves, and what one step back is."""

from collections.abc import Iterable
from enum import StrEnum

# A version by its flow and number.
Place = tuple[str, int]


class MoveKind(StrEnum):
    """Why an alias stands where it stands."""

    PUBLISH = "publish"
    POINT = "point"
    ROLLBACK = "rollback"
    CANARY = "canary"
    CANARY_STOP = "canary_stop"


def place_before(moves: Iterable[tuple[MoveKind, Place]]) -> Place | None:
    """Return where an alias stood before its last step forward, None when it never moved.

    Each roll back takes back one step, so that two in a row go two steps, not to and fro.
    """
    steps: list[Place] = []
    for kind, place in moves:
        if kind is MoveKind.ROLLBACK:
            steps.pop()
        elif not steps or steps[-1] != place:
            steps.append(place)
    return steps[-2] if len(steps) > 1 else None
