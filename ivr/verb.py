"""What a verb is, and the register of all verbs. The engine and the compiler know only this.

A verb is a small frozen class in `ivr/verbs/`: annotated attributes are its fields in a flow file,
`run` does the one thing, and the result names the edge to take.
"""

from collections.abc import Mapping
from typing import ClassVar, TypeVar

from ivr.call import Call
from ivr.outcomes import Outcome
from ivr.results import Result


class Verb:
    """Base of all verbs; subclasses are frozen dataclasses registered with `@verb`."""

    __slots__ = ()

    name: ClassVar[str]
    # Every outcome but keys; a node needs an edge for each, or an edge `else`.
    outcomes: ClassVar[tuple[str, ...]] = (Outcome.DONE,)
    # Those that only a caller's key can bring about; keys themselves always are.
    by_caller: ClassVar[tuple[str, ...]] = ()
    # Those that lead back to the node itself when it has no edge for them.
    stays: ClassVar[tuple[str, ...]] = ()
    # Whether a node may have `keys`, and whether it must.
    takes_keys: ClassVar[bool] = False
    needs_keys: ClassVar[bool] = False
    # Whether edges may have any name (a branch's values).
    free_edges: ClassVar[bool] = False
    # Whether the session ends here and the dialplan goes on.
    leaves: ClassVar[bool] = False

    async def run(self, call: Call) -> Result:
        """Do it. Raises HungUp when the caller is gone, at any await."""
        raise NotImplementedError

    def contradiction(self) -> str:
        """Say in a sentence why its fields make no sense together; "" when they do."""
        return ""

    def types(self) -> tuple[str, ...]:
        """Return the types of variable it can use; none means any."""
        return ()

    def assignments(self) -> Mapping[str, str]:
        """Return the variables this verb sets to fixed values."""
        return {}


VERBS: dict[str, type[Verb]] = {}

_Verb = TypeVar("_Verb", bound=type[Verb])


def verb(kind: _Verb) -> _Verb:
    """Register a verb under its name."""
    VERBS[kind.name] = kind
    return kind
