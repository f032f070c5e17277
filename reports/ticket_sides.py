"""The sides by which tickets are grouped, and the key of each as SQL over a row of facts."""

from collections.abc import Mapping
from enum import StrEnum


class Nature(StrEnum):
    """诉求性质 as bulletins print it: types that are published as one are one."""

    HELP = "求助"
    CONSULTATION = "咨询"
    INVALID = "无效"
    COMPLAINT = "投诉举报"
    SUGGESTION = "建议"
    OTHER = "其它"
    UNTOLD = "未定"


class TicketGrouping(StrEnum):
    """What a row of a report of tickets stands for."""

    UNIT = "unit"
    CATEGORY = "category"
    NATURE = "nature"
    TYPE = "type"
    CHANNEL = "channel"
    AREA = "area"
    DAY = "day"
    MONTH = "month"


_LOCAL = "new_at AT TIME ZONE 'Asia/Shanghai'"
KEYS: Mapping[TicketGrouping, str] = {
    TicketGrouping.UNIT: "coalesce(lead, '')",
    TicketGrouping.CATEGORY: "coalesce(category, '')",
    TicketGrouping.NATURE: f"""CASE WHEN state = 'INVALID' THEN '{Nature.INVALID}'
        WHEN type = 'QZ' THEN '{Nature.HELP}' WHEN type = 'ZX' THEN '{Nature.CONSULTATION}'
        WHEN type IN ('TS', 'JB') THEN '{Nature.COMPLAINT}'
        WHEN type = 'JY' THEN '{Nature.SUGGESTION}' WHEN type IS NULL THEN '{Nature.UNTOLD}'
        ELSE '{Nature.OTHER}' END""",
    TicketGrouping.TYPE: "coalesce(type, '')",
    TicketGrouping.CHANNEL: "channel",
    TicketGrouping.AREA: "coalesce(area, '')",
    TicketGrouping.DAY: f"to_char({_LOCAL}, 'YYYY-MM-DD')",
    TicketGrouping.MONTH: f"to_char({_LOCAL}, 'YYYY-MM')",
}
