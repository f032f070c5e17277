"""Brings what an admin changed in config/ into the history of prompts; `build` calls it.

A recording dropped in config/prompts and a changed text become new versions. A changed text does
not silence a recording that is in service: the recording is then older than its text, and stale.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import ConfigError
from core.settings import Settings
from recordings.catalogue import Catalogue, Kind, Prompt
from recordings.history import append, read_history
from recordings.takes import BadTake, Take, examine, keep
from recordings.versions import (
    Act,
    Record,
    Source,
    Written,
    noted_line,
    slot_line,
    text_hash,
    version_line,
)

FIRST_SLOT = 1001
_BY = "config"


@dataclass(frozen=True, slots=True)
class _Change:
    """What the configuration says now of one prompt, and what was known of it."""

    prompt: Prompt
    record: Record
    now: Written

    @property
    def dropped(self) -> bool:
        """Whether there is a recording that was not there before."""
        return bool(self.now.recording) and self.now.recording != self.record.written.recording

    @property
    def speaks_again(self) -> bool:
        """Whether the text has to be spoken: nothing was said yet, or what was said is outdated."""
        if not self.record.versions:
            return True
        current = self.record.current.source
        removed = self.record.written.recording and not self.now.recording
        reworded = self.now.text != self.record.written.text
        return (current is Source.FILE and bool(removed)) or (current is Source.TTS and reworded)


def notice(settings: Settings, catalogue: Catalogue) -> None:
    """Write a line for whatever changed. Raises ConfigError for a recording that cannot serve."""
    history = read_history(settings)
    lines: list[dict[str, Any]] = []
    next_slot = max((record.slot for record in history.values()), default=FIRST_SLOT - 1) + 1
    for prompt in sorted(catalogue.prompts.values(), key=_order):
        record = history.get(prompt.key)
        if record is None:
            record, next_slot = Record(next_slot), next_slot + 1
            lines.append(slot_line(prompt.key, record.slot))
        lines += _lines(settings, _Change(prompt, record, _written(prompt)))
    append(settings, lines)


def _order(prompt: Prompt) -> tuple[bool, bool, str, bool]:
    """Sentences get the first numbers, both languages side by side."""
    return prompt.kind is not Kind.SENTENCE, "/" in prompt.id, prompt.id, prompt.lang != "zh"


def _written(prompt: Prompt) -> Written:
    recording = prompt.recording.read_bytes() if prompt.recording else b""
    digest = hashlib.sha256(recording).hexdigest() if prompt.recording else ""
    return Written(text_hash(prompt.wording), digest)


def _lines(settings: Settings, change: _Change) -> Iterator[dict[str, Any]]:
    key, number, text = change.prompt.key, change.record.following, change.prompt.wording
    if change.record.versions and change.now == change.record.written:
        return
    if change.dropped and change.prompt.recording:
        take = _examined(change.prompt.recording)
        yield version_line(
            key, number, Source.FILE, text, Act(_BY, "recording in config/prompts"), change.now,
            keep(settings, take.sound), change.prompt.recording.name, take.remarks,
        )  # fmt: skip
    elif change.speaks_again:
        why = "text in the configuration"
        yield version_line(key, number, Source.TTS, text, Act(_BY, why), change.now)
    else:
        yield noted_line(key, change.now)


def _examined(recording: Path) -> Take:
    try:
        return examine(recording)
    except BadTake as bad:
        raise ConfigError(recording, None, str(bad)) from bad
