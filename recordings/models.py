"""What became of each call's recording: one row for each call that should have one."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.database import INSTANT, Base, words


class RecordingState(StrEnum):
    """Whether there is something to listen to, and if not, whether there ever will be."""

    FINISHED = "finished"
    MISSING = "missing"  # the switch left no audio
    FAILED = "failed"  # the audio is still as the switch left it; finishing it was given up


class Recording(Base):
    """The recording of a call: where it is and how to know that it is unchanged, or why it is not.

    `path` is relative to the recordings folder, so that the folder can move.
    """

    __tablename__ = "recording"
    __table_args__ = (
        CheckConstraint(
            "state <> 'finished' OR (path IS NOT NULL AND seconds IS NOT NULL"
            " AND channels IS NOT NULL AND sha256 IS NOT NULL)",
            name="finished_is_complete",
        ),
        CheckConstraint("(state = 'finished') = (reason IS NULL)", name="reason_when_not_finished"),
    )

    call_uid: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[RecordingState] = mapped_column(words(RecordingState, "state"))
    path: Mapped[str | None]
    seconds: Mapped[float | None]
    channels: Mapped[int | None]
    sha256: Mapped[str | None]
    reason: Mapped[str | None]
    # Whose voices are on the right, when: [{"from": s, "to": s, "with": ["agent 8013", …]}, …]
    segments: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    finished_at: Mapped[datetime] = mapped_column(INSTANT)
