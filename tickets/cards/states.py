"""The legal moves of a card as one table, and the one function that refuses the rest."""

from collections.abc import Mapping

from core.errors import HotlineError
from tickets.cards.words import WITHDRAWABLE, CardKind, CardState

S = CardState

MOVES: Mapping[CardState, frozenset[CardState]] = {
    S.DUE: frozenset({S.ISSUED, S.WITHDRAWN}),
    S.ISSUED: frozenset({S.SERVED, S.WITHDRAWN}),
    S.SERVED: frozenset({S.ANSWERED}),
    S.ANSWERED: frozenset(),
    S.WITHDRAWN: frozenset(),
}


class IllegalCardMove(HotlineError):
    """A card cannot go there from where it stands."""

    slug = "illegal-card-move"

    def __init__(self, kind: CardKind, state: CardState, wish: CardState) -> None:
        super().__init__(f"A {kind} card that is {state} cannot become {wish}.")


def check_move(kind: CardKind, state: CardState, wish: CardState) -> None:
    """Raise IllegalCardMove unless the table has the move; a red card once issued stays issued."""
    undone = wish is S.WITHDRAWN and state is S.ISSUED and kind not in WITHDRAWABLE
    if wish not in MOVES[state] or undone:
        raise IllegalCardMove(kind, state, wish)
