"""The closed lists of words that the life of a ticket is told in, as people choose them."""

from enum import StrEnum


class Secrecy(StrEnum):
    """Who may know the citizen (保密级别)."""

    PUBLIC = "public"  # 公开
    NORMAL = "normal"  # 一般
    CONFIDENTIAL = "confidential"  # 保密: hidden from units, spoken with through the platform
    REPORT = "report"  # 举报密级: named handlers only


class InvalidKind(StrEnum):
    """Why a call is no matter (无效)."""

    SILENT = "silent"  # 静音
    MISDIALLED = "misdialled"  # 误拨
    PRANK = "prank"  # 骚扰
    EMPTY_NUMBER = "empty-number"  # 空号
    NOTHING_SAID = "nothing-said"  # 未说明


class ReturnReason(StrEnum):
    """Why a unit asks to be rid of a ticket (退单)."""

    WRONG_AREA = "wrong-area"  # 属地不符
    WRONG_DUTY = "wrong-duty"  # 职能不符
    UNCLEAR_DUTY = "unclear-duty"  # 权属不清
    TOO_LITTLE_KNOWN = "too-little-known"  # 信息不全
    OUT_OF_SCOPE = "out-of-scope"  # 超出范围
    IN_LEGAL_PROCEDURE = "in-legal-procedure"  # 已进入法定程序


class OutsideCondition(StrEnum):
    """What outside a unit's power may suspend a ticket (挂起)."""

    SEASON = "season"  # 季节性施工
    COURT = "court"  # 诉讼
    OWNERS_VOTE = "owners-vote"  # 业主表决
    APPRAISAL = "appraisal"  # 鉴定评估


class SupervisionCause(StrEnum):
    """Why a ticket is supervised (督办)."""

    YELLOW_CARD = "yellow-card"
    RED_CARD = "red-card"
    REDO = "redo"
    LEADERS_NOTE = "leaders-note"
    MEDIA = "media"


class ClockKind(StrEnum):
    """What is timed."""

    DISPATCH = "dispatch"  # 派单
    SIGN = "sign"  # 签收
    FIRST_CONTACT = "first-contact"  # 先行联系
    FIRST_REPLY = "first-reply"
    ON_SITE = "on-site"  # 到场
    HANDLE = "handle"  # 办理
    FOLLOW_UP = "follow-up"  # 回访


class TaskRole(StrEnum):
    """What a unit is to a ticket."""

    LEAD = "lead"  # 主办
    CO = "co"  # 协办
    CHILD = "child"  # 下派
