"""The figures of the present moment, defined once, as `definitions` does for those of calls.

They come from the live picture (`queues.live_summary`) and stand for no period.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Moment:
    """One figure of the moment and what it counts; the version rises with every change of it."""

    id: str
    version: int
    name_zh: str
    name_en: str
    formula: str
    exclusions: str
    unit: str
    source: str


_SWITCH = "The switch's own account over its manager interface, asked whole every half minute"

MOMENTS = (
    Moment(
        id="waiting",
        version=1,
        name_zh="当前排队数",
        name_en="Waiting now",
        formula="callers in a queue who hear nobody yet; a ringing phone is no answer",
        exclusions="callers in menus, at partner lines, leaving a message",
        unit="calls",
        source=_SWITCH,
    ),
    Moment(
        id="longest_wait",
        version=1,
        name_zh="当前最长等待",
        name_en="Longest wait now",
        formula="now − the earliest instant at which one of those waiting entered their queue",
        exclusions="time in an earlier queue of the same call",
        unit="seconds",
        source=_SWITCH,
    ),
    Moment(
        id="estimated_wait",
        version=1,
        name_zh="预计等待",
        name_en="Expected wait of who joins now",
        formula="(callers waiting + 1) × mean time between the latest 20 starts of service of the "
        "queue, of the last 30 minutes, while somebody waited",
        exclusions="times in which nobody waited; unknown with fewer than 5 such starts",
        unit="seconds",
        source=_SWITCH,
    ),
    Moment(
        id="estimate_error",
        version=1,
        name_zh="预计等待误差",
        name_en="Error of the expected wait",
        formula="Σ |estimated − waited| / estimates compared, and the share of them that were "
        "wrong by 30 s at most; the latest 100 of two hours, made at joining or told to a caller",
        exclusions="callers who were not served: how long they would have waited nobody knows",
        unit="seconds",
        source=_SWITCH,
    ),
    Moment(
        id="agents",
        version=1,
        name_zh="坐席状态",
        name_en="Agents by state",
        formula="each seat once: offline when signed in nowhere, else what the phone does "
        "(talking, ringing, on-hold, wrap-up, unreachable), else what the agent declared",
        exclusions="none",
        unit="agents",
        source=_SWITCH,
    ),
)
