"""The closed lists of words of audits and assessments."""

from collections.abc import Mapping
from enum import StrEnum


class Promise(StrEnum):
    """件件有…: what every matter gets."""

    RECORD = "record"  # 有记录
    REPLY = "reply"  # 有答复
    DISPATCH = "dispatch"  # 有派单
    SERVICE = "service"  # 有服务
    FOLLOW_UP = "follow-up"  # 有回访
    SUPERVISION = "supervision"  # 有督办
    ASSESSMENT = "assessment"  # 有考核


PROMISES: Mapping[Promise, str] = {
    Promise.RECORD: "有记录",
    Promise.REPLY: "有答复",
    Promise.DISPATCH: "有派单",
    Promise.SERVICE: "有服务",
    Promise.FOLLOW_UP: "有回访",
    Promise.SUPERVISION: "有督办",
    Promise.ASSESSMENT: "有考核",
}


class AssessmentAct(StrEnum):
    """What is done to the assessment of a month."""

    FREEZE = "freeze"
    APPEAL = "appeal"
    DECIDE = "decide"
    PUBLISH = "publish"


class AssessmentState(StrEnum):
    """Where the assessment of a month stands."""

    OPEN = "open"
    FROZEN = "frozen"
    PUBLISHED = "published"


class Decision(StrEnum):
    """What a panel says to an appeal."""

    GRANTED = "granted"
    REFUSED = "refused"


class Peers(StrEnum):
    """Units that are compared with each other and with nobody else."""

    COUNTY = "县市区"
    ZONE = "开发区"
    BUSY = "市直高量"
    QUIET = "市直低量"
    UTILITY = "公共企事业"
