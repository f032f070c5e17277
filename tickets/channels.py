"""The doors a matter comes in by (受理渠道)."""

from enum import StrEnum


class Channel(StrEnum):
    """Where a ticket came from."""

    PHONE = "phone"  # 电话
    WEB = "web"  # 网站
    APP = "app"
    WECHAT = "wechat"  # 微信
    SMS = "sms"  # 短信
    PROVINCE = "province"  # 省平台转办
    ENTERPRISE = "enterprise"  # 企业诉求"接诉即办"
    INSPECTION = "inspection"  # 互联网督查
    POLICE = "police"  # 110转办
    INCIDENT = "incident"  # 突发事件公告
    VISIT = "visit"  # 三遍访
