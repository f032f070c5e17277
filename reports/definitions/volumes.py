"""How many: arrivals and what became of them, the counters of every interval.

Of those who asked for a human, each is in one of the counters from `answered` on: they sum to
`human_requests`, as that and the three before it sum to the ended arrivals.
"""

from reports.counts import ABANDONED
from reports.definitions.measure import CallMeasure
from reports.definitions.words import count
from tickets.outcomes import Outcome

VOLUMES: tuple[CallMeasure, ...] = (
    count(
        "arrivals",
        ("呼入量", "Arrivals"),
        "calls that arrived on any of our numbers in the period, by the local day they began",
        lambda c: c.arrivals,
        short="呼入",
    ),
    count(
        "menu_hangups",
        ("语音内挂断量", "Calls that ended in the greeting or menu"),
        "calls of class ivr_hangup: hung up before asking for a human or being served",
        lambda c: c.of(Outcome.IVR_HANGUP),
        short="语音挂断",
    ),
    count(
        "menu_served",
        ("自助办结量", "Calls served by the menu"),
        "calls of class ivr_served: got what they asked for without a human",
        lambda c: c.of(Outcome.IVR_SERVED),
        short="自助",
    ),
    count(
        "closed_hours",
        ("非服务时间来电量", "Calls outside the hours"),
        "calls of class closed: told the hours, and asked for nothing",
        lambda c: c.of(Outcome.CLOSED),
        short="非时段",
    ),
    count(
        "human_requests",
        ("请求人工量", "Calls that asked for a human"),
        "ended arrivals − ivr_hangup − ivr_served − closed; a call that asks twice counts once",
        lambda c: c.human_requests,
        short="请求",
    ),
    count(
        "queue_entries",
        ("排队请求次数", "Entries into a queue"),
        "entries into a queue of ended calls; a call that enters twice counts twice",
        lambda c: c.requests,
        short="入队",
    ),
    count(
        "answered",
        ("人工接通量", "Calls answered by a human"),
        "calls of class answered",
        lambda c: c.of(Outcome.ANSWERED),
        short="接通",
    ),
    count(
        "abandoned_total",
        ("放弃量", "Abandoned calls"),
        "calls of class abandoned or abandoned_short: the caller gave up while waiting for a human",
        lambda c: c.of(*ABANDONED),
        short="放弃",
    ),
    count(
        "timed_out",
        ("排队超时量", "Calls that waited as long as the queue allows"),
        "calls of class timed_out",
        lambda c: c.of(Outcome.TIMED_OUT),
        short="超时",
    ),
    count(
        "not_admitted",
        ("未能入队量", "Calls that could not wait"),
        "calls of class queue_full, no_agent_at_join, left_empty or blocked_trunk: no room, or "
        "nobody there to wait for",
        lambda c: c.of(
            Outcome.QUEUE_FULL,
            Outcome.NO_AGENT_AT_JOIN,
            Outcome.LEFT_EMPTY,
            Outcome.BLOCKED_TRUNK,
        ),
        short="溢出",
    ),
    count(
        "voicemails",
        ("留言量", "Messages left"),
        "calls of class voicemail",
        lambda c: c.of(Outcome.VOICEMAIL),
        short="留言",
    ),
    count(
        "callbacks_taken",
        ("预约回拨量", "Call-backs taken"),
        "calls of class callback_taken; whether the citizen was reached is another figure",
        lambda c: c.of(Outcome.CALLBACK_TAKEN),
        short="回拨",
    ),
    count(
        "sent_on",
        ("转接分流量", "Calls sent on to a partner line"),
        "calls of class diverted or handed_to_emergency: a partner line answered and no agent of "
        "ours",
        lambda c: c.of(Outcome.DIVERTED, Outcome.HANDED_TO_EMERGENCY),
        short="转出",
    ),
    count(
        "failures",
        ("技术故障量", "Calls lost to a failure"),
        "calls of class technical_failure: a restart of the switch, or an end nothing explains",
        lambda c: c.of(Outcome.TECHNICAL_FAILURE),
        short="故障",
    ),
    count(
        "abandoned",
        ("放弃量（不含短时）", "Abandoned calls without short ones"),
        "calls of class abandoned: given up later than the short-abandon limit",
        lambda c: c.of(Outcome.ABANDONED),
    ),
    count(
        "abandoned_short",
        ("短时放弃量", "Calls abandoned at once"),
        "calls of class abandoned_short: given up within the short-abandon limit "
        "(5 s unless set otherwise) of entering the queue",
        lambda c: c.of(Outcome.ABANDONED_SHORT),
        short="短放弃",
    ),
)

# Together they are `human_requests`.
FATES = (
    "answered", "abandoned_total", "timed_out", "not_admitted", "voicemails", "callbacks_taken",
    "sent_on", "failures",
)  # fmt: skip
