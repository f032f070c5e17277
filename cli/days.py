"""How days are written on the command line: 2026-11-24, the last one included."""

from datetime import date, datetime, timedelta

from core.errors import HotlineError


def day(text: str) -> date | None:
    """Read a day; '' is None. Raises HotlineError for anything else that is no day."""
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise HotlineError(f"{text!r} is not a day. Write it as 2026-11-24.") from None


def day_after(text: str) -> date | None:
    """Read a last day and return the first that no longer counts; '' is None."""
    last = day(text)
    return last + timedelta(days=1) if last else None
