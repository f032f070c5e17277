"""Lines of the switch's files in the text form of COPY, PostgreSQL's fastest way in.

We write the form ourselves: the driver asks of every value anew what it is and how to say it, which
costs more than reading the line did.
"""

from collections.abc import Iterable
from functools import lru_cache

from core.clock import from_epoch
from queues.ledger.events import Row

COLUMNS = "file_id, call_uid, pos, at, kind, line"
_SPECIAL = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_NULL = r"\N"


def copy_text(file_id: int, rows: Iterable[Row]) -> bytes:
    """Return the rows of a file as COPY reads them, in the order of COLUMNS."""
    return "".join([_text(file_id, *row) for row in rows]).encode()


def _text(file_id: int, call: str, pos: int, at: float | None, kind: str, line: str) -> str:
    when = _NULL if at is None else _instant(at)
    return f"{file_id}\t{call}\t{pos}\t{when}\t{_plain(kind)}\t{_plain(line)}\n"


def _plain(text: str) -> str:
    """Escape what COPY would take for its own."""
    if "\\" in text or not text.isprintable():
        return text.translate(_SPECIAL)
    return text


def _instant(epoch: float) -> str:
    """Return an instant to the microsecond, in UTC."""
    seconds, microseconds = divmod(round(epoch * 1_000_000), 1_000_000)
    return f"{_second(seconds)}.{microseconds:06d}+00"


@lru_cache(maxsize=1 << 14)
def _second(epoch: int) -> str:
    return f"{from_epoch(epoch):%Y-%m-%d %H:%M:%S}"
