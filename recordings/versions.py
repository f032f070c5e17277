"""What was ever said for each prompt, as an append-only list of acts; `history` keeps it on disk.

Four kinds of lines:

    slot     a prompt has got its number for the phone; it keeps it, also when the prompt is gone
    version  a new text or recording was made and is in service from then on
    served   an earlier version was put back into service
    noted    the configuration changed, but what is in service stays
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from core.clock import utc_now
from core.errors import HotlineError


class Source(StrEnum):
    """Where a version's sound comes from."""

    TTS = "tts"  # spoken by the voice
    FILE = "file"  # a recording in config/prompts
    UPLOAD = "upload"
    PHONE = "phone"


class Line(StrEnum):
    """Kinds of lines, see above."""

    SLOT = "slot"
    VERSION = "version"
    SERVED = "served"
    NOTED = "noted"


@dataclass(frozen=True, slots=True)
class Act:
    """Who did something, and why."""

    by: str
    why: str


@dataclass(frozen=True, slots=True)
class Written:
    """What the configuration says of a prompt: hash of its text, hash of its recording or ""."""

    text: str
    recording: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """One version. `take` is None for spoken text; `text` is what it says, as it was written."""

    number: int
    source: Source
    text: str
    take: str | None
    name: str
    remarks: tuple[str, ...]
    by: str
    why: str
    at: datetime
    written: Written


@dataclass(frozen=True, slots=True)
class Record:
    """One prompt's story. `written` is the configuration as it was at the last act."""

    slot: int
    versions: tuple[Version, ...] = ()
    serving: int = 0
    written: Written = field(default_factory=lambda: Written(""))

    @property
    def following(self) -> int:
        """The number of the next version."""
        return self.versions[-1].number + 1 if self.versions else 1

    @property
    def current(self) -> Version:
        """The version in service."""
        return self.version(self.serving)

    def version(self, number: int) -> Version:
        """Return one version. Raises NoSuchVersion."""
        for version in self.versions:
            if version.number == number:
                return version
        raise NoSuchVersion(f"There is no version {number}; the last one is {self.following - 1}.")

    def heard(self, written_text: str) -> str:
        """Return the text of what is in service, or of the file when that was changed since."""
        if not self.versions or self.written.text != text_hash(written_text):
            return written_text
        return self.current.text

    def wanted(self, written_text: str) -> str:
        """Return the text that should be heard: said last, unless the file was changed since."""
        if self.written.text != text_hash(written_text):
            return written_text
        said = [
            version.text
            for version in self.versions
            if version.source is Source.TTS and version.written.text == self.written.text
        ]
        return said[-1] if said else written_text


class NoSuchVersion(HotlineError):
    """This prompt never had this version."""

    slug = "no-such-version"


History = Mapping[str, Record]
"""Records by key, language/prompt."""


def text_hash(text: str) -> str:
    """Return what a text is recognised by."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def apply(records: dict[str, Record], row: Mapping[str, Any]) -> None:
    """Let one line of the history take effect.

    Raises ValueError, KeyError, TypeError or NoSuchVersion for a line that we did not write.
    """
    key = row["key"]
    match Line(row["line"]):
        case Line.SLOT:
            records[key] = Record(row["slot"])
        case Line.VERSION:
            version, record = _version(row), records[key]
            records[key] = replace(
                record,
                versions=(*record.versions, version),
                serving=version.number,
                written=version.written,
            )
        case Line.SERVED:
            records[key].version(row["number"])
            written = Written(**row["written"])
            records[key] = replace(records[key], serving=row["number"], written=written)
        case Line.NOTED:
            records[key] = replace(records[key], written=Written(**row["written"]))


def _version(row: Mapping[str, Any]) -> Version:
    return Version(
        number=row["number"],
        source=Source(row["source"]),
        text=row["text"],
        take=row["take"],
        name=row["name"],
        remarks=tuple(row["remarks"]),
        by=row["by"],
        why=row["why"],
        at=datetime.fromisoformat(row["at"]),
        written=Written(**row["written"]),
    )


def slot_line(key: str, slot: int) -> dict[str, Any]:
    """Return the line that gives a prompt its number."""
    return {"line": Line.SLOT, "key": key, "slot": slot}


def version_line(
    key: str,
    number: int,
    source: Source,
    text: str,
    act: Act,
    written: Written,
    take: str | None = None,
    name: str = "",
    remarks: Iterable[str] = (),
) -> dict[str, Any]:
    """Return the line of a new version; `name` is the recording's file name."""
    version = Version(
        number, source, text, take, name, tuple(remarks), act.by, act.why, utc_now(), written
    )
    return {"line": Line.VERSION, "key": key, **asdict(version), "at": version.at.isoformat()}


def served_line(key: str, number: int, act: Act, written: Written) -> dict[str, Any]:
    """Return the line that puts an earlier version back into service."""
    return {
        "line": Line.SERVED, "key": key, "number": number, "by": act.by, "why": act.why,
        "at": utc_now().isoformat(), "written": asdict(written),
    }  # fmt: skip


def noted_line(key: str, written: Written) -> dict[str, Any]:
    """Return the line that says what the configuration now holds."""
    at = utc_now().isoformat()
    return {"line": Line.NOTED, "key": key, "at": at, "written": asdict(written)}
