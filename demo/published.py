"""What the city of Liaocheng published about 2019 and 2020, and how we fill what it did not.

Published are the sums that the tests name; how they spread over days, units and single tickets is
ours. `like` makes the periods of which only the calls are known in the image of the one that is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tickets.channels import Channel

NAME = "liaocheng-2020"
INVALID, CONSULTATION = "WX", "ZX"


@dataclass(frozen=True, slots=True)
class Period:
    """Calls and tickets of the local days [since, until), in numbers.

    `others` are tickets by other doors than the phone; `types` all tickets by type, the invalid and
    the consultations first: of the types behind them the last `dispatched` tickets go to units.
    Of those, `late` are handled after their limit, `redone` a second time because the citizen was
    not content, `unreached` after three attempts, `retried` after two, `unreasonable` found so.
    `topics` are the leading categories. `flow_days` runs from dispatch until all is settled.
    """

    since: date
    until: date
    calls: int
    unanswered: int
    others: Mapping[Channel, int]
    types: Mapping[str, int]
    dispatched: int
    late: int
    redone: int
    unreached: int
    retried: int
    topics: Mapping[str, int]
    flow_days: float
    unreasonable: int = 0

    def __post_init__(self) -> None:
        spread = self.redone + self.unreached + self.retried + self.late + self.unreasonable
        if sum(self.types.values()) != self.tickets or spread > self.dispatched:
            raise ValueError(f"the parts of {self.since} do not sum to its {self.tickets} tickets")

    @property
    def tickets(self) -> int:
        """Tickets with a matter: one for each answered call and each of the others."""
        return self.calls - self.unanswered + sum(self.others.values())

    @property
    def online(self) -> int:
        """Tickets answered at once."""
        return self.tickets - self.dispatched

    @property
    def invalid(self) -> int:
        """Tickets that are no matter."""
        return self.types.get(INVALID, 0)


SECOND_QUARTER = Period(
    since=date(2020, 4, 1),
    until=date(2020, 7, 1),
    calls=371_696,
    unanswered=1_561,
    others={
        Channel.PROVINCE: 10_118, Channel.APP: 4_502, Channel.WECHAT: 2_033, Channel.WEB: 1_286,
        Channel.SMS: 119, Channel.ENTERPRISE: 66, Channel.INSPECTION: 16,
    },
    types={
        INVALID: 25_129, CONSULTATION: 145_138, "QZ": 200_765, "TS": 11_902, "JB": 3_751,
        "JY": 1_218, "QT": 372,
    },
    dispatched=168_729,
    late=996,
    redone=3_867,
    unreached=3_723,
    retried=8_410,
    topics={"1001": 20_548, "0302": 18_204, "0803": 16_917, "0101": 14_365, "1202": 11_870},
    flow_days=2.73,
)  # fmt: skip


def shared_out(weights: Sequence[float], total: int) -> list[int]:
    """Share a whole number out by weights; the parts sum to it."""
    parts, reached, before = [], 0.0, 0
    for weight in weights:
        reached += weight
        upto = round(total * reached / sum(weights))
        parts.append(upto - before)
        before = upto
    return parts


def like(
    model: Period,
    since: date,
    until: date,
    *,
    calls: int,
    unanswered: int,
    others: int,
    flow_days: float | None = None,
    topics: Mapping[str, int] | None = None,
) -> Period:
    """Return a period with the shares of another: of how its tickets spread nothing is known."""
    tickets = calls - unanswered + others

    def scaled(number: int) -> int:
        return round(number * tickets / model.tickets)

    doors, kinds = list(model.others), list(model.types)
    return Period(
        since=since,
        until=until,
        calls=calls,
        unanswered=unanswered,
        others=dict(zip(doors, shared_out(list(model.others.values()), others), strict=True)),
        types=dict(zip(kinds, shared_out(list(model.types.values()), tickets), strict=True)),
        dispatched=scaled(model.dispatched),
        late=scaled(model.late),
        redone=scaled(model.redone),
        unreached=scaled(model.unreached),
        retried=scaled(model.retried),
        topics={code: scaled(number) for code, number in model.topics.items()} | dict(topics or {}),
        flow_days=flow_days or model.flow_days,
    )


# 632,919 calls in the half-year, 2,279 of them unanswered; 445,561 calls and 3.09 days a year
# before. 276,569 tickets in the second quarter of 2019, 14,899 of them about goods.
PERIODS = (
    like(
        SECOND_QUARTER, date(2019, 1, 1), date(2019, 4, 1),
        calls=177_913, unanswered=2_669, others=8_100, flow_days=3.09,
    ),
    like(
        SECOND_QUARTER, date(2019, 4, 1), date(2019, 7, 1),
        calls=267_648, unanswered=4_000, others=12_921, flow_days=3.09, topics={"1001": 14_899},
    ),
    like(
        SECOND_QUARTER, date(2020, 1, 1), date(2020, 4, 1),
        calls=261_223, unanswered=718, others=12_400,
    ),
    SECOND_QUARTER,
)  # fmt: skip

# What service teams brought home from their visits until 10 October 2020 (三遍访).
VISITS = Period(
    since=date(2020, 3, 6),
    until=date(2020, 10, 11),
    calls=0,
    unanswered=0,
    others={Channel.VISIT: 9_989},
    types={"QZ": 9_989},
    dispatched=9_736,
    late=57,
    redone=0,
    unreached=643,
    retried=0,
    topics={},
    flow_days=2.73,
    unreasonable=52,
)
