"""A day that never was, after the general profile: for trying a replay before there is history.

Its callers live once through the published flow, and only what a ledger would have seen of them is
kept: of whoever was answered nobody knows how long they would have waited. So a replay of such a
day has to find out as much as a replay of a real one.
"""

from collections.abc import Iterator
from datetime import date
from math import inf, log, sqrt
from random import Random

import numpy as np

from foresight.day_kinds import day_type
from foresight.erlang import Demand
from foresight.history import Source, overdispersed
from foresight.load_profile import MEAN_DAY, PER_HOUR, WEIGHTS, shares
from foresight.replay.past import KeyPress, PastCall, PastDay
from foresight.replay.person import Traits
from foresight.replay.replayed_call import ReplayedCall
from foresight.replay.roster import Roster
from foresight.replay.run import Surroundings, live_day
from foresight.size_table import HANDLING, USUAL
from foresight.sizing import agents_for
from foresight.virtual_wait import Numbers
from ivr.flow import Flow
from tickets.outcomes import Outcome

_QUARTER = 900.0
# Nobody leaves in the first seconds of a greeting.
_FIRST_SECONDS, _PATIENCE, _AFTER_CALL = 4.0, 100.0, 90.0
_TALK, _TALK_SPREAD, _LONGEST_TALK = 218.0, 0.9, 4_751.0
# Callers who gave up ring again: so many of them, after so many seconds in the mean.
_AGAIN, _AGAIN_AFTER = 0.35, 90.0
# Who presses what, of all callers; and the code that follows a 3.
_KEYS = {"*": 0.02, "2": 0.02, "3": 0.04, "4": 0.01, "8": 0.01, "9": 0.015}
_CODE, _PROGRESS_STAYS = "427815", 75.0


async def invent_day(
    day: date,
    flow: Flow,
    around: Surroundings,
    seed: int,
    calls: float = MEAN_DAY,
    roster: Roster | None = None,
) -> PastDay:
    """Invent a day of about so many calls, the same for a seed; staffed for 80 % within 20 s."""
    kind = day_type(day, around.workdays)
    expected = calls * WEIGHTS[kind] * shares(kind.works)
    roster = roster or _roster(expected)
    random = Random(seed)  # noqa: S311 - a simulation, not a secret
    cast = [(call, _traits(call, random)) for call in _arrivals(expected, seed)]
    lived = await live_day(day, cast, lambda _: flow, roster, around)
    cast += [(call, _traits(call, random)) for call in _again(lived.calls, around, random)]
    cast.sort(key=lambda one: one[0].at)
    lived = await live_day(day, cast, lambda _: flow, roster, around)
    seen = tuple(_seen(call, around, flow) for call in lived.calls)
    return PastDay(day, seen, roster, lived.counts, Source.SYNTHETIC)


def _roster(expected: Numbers) -> Roster:
    hours = expected.reshape(-1, PER_HOUR).sum(axis=1)
    return Roster(
        tuple(
            (hour * 3600.0, max(1, agents_for(Demand(float(many), HANDLING), USUAL).agents))
            for hour, many in enumerate(hours)
        )
    )


def _arrivals(expected: Numbers, seed: int) -> Iterator[PastCall]:
    random = np.random.default_rng(seed)
    for quarter, many in enumerate(overdispersed(random, expected)):
        for at in np.sort(random.uniform(0, _QUARTER, int(many))):
            yield _arrival(quarter * _QUARTER + float(at), f"{quarter}.{at:.6f}", seed)


def _arrival(at: float, uid: str, seed: int) -> PastCall:
    random = Random(f"{seed}/{uid}")  # noqa: S311 - a simulation, not a secret
    keys: tuple[KeyPress, ...] = ()
    chance = random.random()
    for key, share in _KEYS.items():
        chance -= share
        if chance < 0:
            keys = (KeyPress(key, random.lognormvariate(log(5), 0.5)),)
            break
    if keys and keys[0].key == "3":
        keys += tuple(KeyPress(digit, 6.0 if not n else 0.6) for n, digit in enumerate(_CODE))
    served = len(keys) > 1
    return PastCall(uid, at, "12345", Outcome.ANSWERED, 0.0, keys=keys, served=served)


def _traits(call: PastCall, random: Random) -> Traits:
    spread = sqrt(log(1 + _TALK_SPREAD**2))
    talk = random.lognormvariate(log(_TALK) - spread**2 / 2, spread)
    return Traits(
        patience=_FIRST_SECONDS + random.expovariate(1 / (_PATIENCE - _FIRST_SECONDS)),
        stays=_PROGRESS_STAYS if call.served else inf,
        ring=random.uniform(1, 4),
        talk=min(talk, _LONGEST_TALK),
        after_call=random.lognormvariate(log(_AFTER_CALL) - 0.125, 0.5),
    )


def _again(
    calls: tuple[ReplayedCall, ...], around: Surroundings, random: Random
) -> Iterator[PastCall]:
    for call in calls:
        left = call.lived.left_at
        gave_up = call.lived.outcome(call.told(), around.rules) is Outcome.ABANDONED
        if gave_up and left is not None and random.random() < _AGAIN:
            at = left + random.expovariate(1 / _AGAIN_AFTER)
            yield PastCall(f"{call.past.uid}.again", at, "12345", Outcome.ANSWERED, 0.0)


def _seen(call: ReplayedCall, around: Surroundings, flow: Flow) -> PastCall:
    """Return what a ledger would know of a call."""
    lived, told = call.lived, call.told()
    answered = lived.answered_at is not None
    return PastCall(
        uid=call.past.uid,
        at=lived.at,
        line=call.past.line,
        outcome=lived.outcome(told, around.rules),
        lasted=call.seconds + lived.talked,
        flow=f"{flow.name}@{flow.version}",
        keys=tuple(call.pressed),
        waited=lived.waited if lived.visits else None,
        ring=lived.rang if answered else None,
        talk=lived.talked if answered else None,
        served="served" in told,
        partner_answers=call.past.partner_answers,
    )
