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
