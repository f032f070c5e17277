"""The words that definitions share, so that two of them never say one thing differently."""

from collections.abc import Callable, Mapping

from reports.counts import ANSWER_LIMIT, Counts
from reports.definitions.measure import CallMeasure, Measure, Unit
from tickets.channels import Channel

# As bulletins print the doors of channels.Channel.
CHANNELS: Mapping[str, str] = {
    Channel.PHONE: "电话", Channel.PROVINCE: "省平台转办", Channel.APP: "APP",
    Channel.WECHAT: "微信", Channel.WEB: "网站", Channel.SMS: "短信",
    Channel.ENTERPRISE: "企业诉求", Channel.POLICE: "110转办", Channel.INSPECTION: "互联网督查",
    Channel.INCIDENT: "突发事件公告", Channel.VISIT: "三遍访",
}  # fmt: skip

PARTITION = "The hotline's own partition of all arrivals into sixteen classes, one for each call"
STILL_RUNNING = "calls still running"
NO_HUMAN = f"{STILL_RUNNING}; ivr_hangup, ivr_served, closed (no human was asked for)"
CLOCK = "from asking for a human (queue and ringing) until citizen and agent hear each other"

FROM_CALL = "from the beginning of the call (greeting and menu included) until citizen and agent "
FROM_CALL += "hear each other"
EARLY = f"within {ANSWER_LIMIT:.0f} s of asking for a human"
TEXTBOOK = "One of the four textbook forms of the service level"


def count(
    id_: str,
    names: tuple[str, str],
    formula: str,
    over: Callable[[Counts], float],
    short: str = "",
) -> CallMeasure:
    """Define a number of calls; `names` are the Chinese and the English one."""
    name_zh, name_en = names
    return Measure(
        id=id_,
        version=1,
        name_zh=name_zh,
        name_en=name_en,
        formula=formula,
        numerator=formula,
        denominator=None,
        exclusions="none" if id_ == "arrivals" else STILL_RUNNING,
        unit=Unit.CALLS,
        source=PARTITION,
        over=over,
        short=short,
    )
