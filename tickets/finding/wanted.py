"""What somebody looks for: the filters of a list, the same for screen, view, and export."""

from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints

from core.phone import plain_number
from tickets.channels import Channel
from tickets.city import City
from tickets.finding.words import LONGEST_QUESTION, BadSearch, patterns
from tickets.life.facts import fit_to_store
from tickets.states import OPEN, TicketState
from tickets.urgency import Urgency

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,32}$")]
Text = Annotated[str, StringConstraints(max_length=LONGEST_QUESTION)]


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


class Order(StrEnum):
    """What comes first."""

    NEWEST = "newest"
    DUE = "due"


class Wanted(BaseModel):
    """Filters; all that are given must hold.

    `category` means all below it too. `since` and `until` are days of opening, both included.
    `due_before` is an instant by which a running limit is over. `caller` is a whole number.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Text | None = None
    state: Annotated[tuple[TicketState, ...], BeforeValidator(_several)] = ()
    open: bool | None = None
    unit: Code | None = None
    area: Code | None = None
    category: Code | None = None
    type: Code | None = None
    urgency: Urgency | None = None
    channel: Channel | None = None
    since: date | None = None
    until: date | None = None
    due_before: datetime | None = None
    caller: Annotated[str, StringConstraints(max_length=40)] | None = None
    order: Order = Order.NEWEST

    @property
    def states(self) -> frozenset[TicketState] | None:
        """The states that are wanted; None for all."""
        wanted = frozenset(self.state) or frozenset(TicketState)
        if self.open is not None:
            wanted &= OPEN if self.open else frozenset(TicketState) - OPEN
        return None if wanted == frozenset(TicketState) else wanted

    def check(self, city: City) -> None:
        """Refuse what could find nothing. Raises BadSearch naming the filter."""
        if self.text is not None and self.text != fit_to_store(self.text):
            raise BadSearch("'text' has characters that no text has.")
        if self.text is not None:
            patterns(self.text)
        if self.order is Order.DUE and self.text is not None:
            raise BadSearch("A search by words is ordered by the newest.")
        if self.caller is not None and plain_number(self.caller) is None:
            raise BadSearch("'caller' is no phone number.")
        if self.since and self.until and self.until < self.since:
            raise BadSearch(f"'until' {self.until} is before 'since' {self.since}.")
        if self.due_before is not None and self.due_before.tzinfo is None:
            raise BadSearch("'due_before' needs an offset, such as +08:00.")
        _known("unit", self.unit, city.units.by_code)
        _known("area", self.area, city.units.areas)
        _known("category", self.category, city.routes.categories)
        _known("type", self.type, city.rules.types)


def _known(name: str, code: str | None, codes: Collection[str]) -> None:
    if code is not None and code not in codes:
        raise BadSearch(f"'{name}': there is no {code!r}.")
