"""The one door through which time enters: aware UTC inside, Asia/Shanghai at the edges."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def utc_now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - this is the door


def from_epoch(seconds: float) -> datetime:
    """Return the aware UTC instant of a Unix time in seconds."""
    return datetime.fromtimestamp(seconds, UTC)


def local(instant: datetime) -> datetime:
    """Return the instant as people in the city read it (Asia/Shanghai, no daylight saving)."""
    return instant.astimezone(SHANGHAI)


def local_day(instant: datetime) -> date:
    """Return the city's calendar day of an instant; a call belongs to the day it began."""
    return local(instant).date()


def midnight(day: date) -> datetime:
    """Return the instant at which a day begins in the city, aware, in UTC."""
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)
