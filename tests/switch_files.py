"""The three files of a home, written as the switch and our AGI processes write them."""

from pathlib import Path

from core.settings import Settings
from queues.models import Stream
from tests.switch_lines import ACall


class SwitchFiles:
    """Appends told calls to the files of a home."""

    def __init__(self, settings: Settings) -> None:
        self.paths = {
            Stream.CEL: settings.cel_file,
            Stream.QUEUE_LOG: settings.queue_log,
            Stream.JOURNAL: settings.journal,
        }
        for path in self.paths.values():
            path.parent.mkdir(parents=True, exist_ok=True)

    def write(self, stream: Stream, data: bytes) -> None:
        """Append bytes to one file."""
        with self.paths[stream].open("ab") as file:
            file.write(data)

    def tell(self, *calls: ACall) -> None:
        """Append what happened to callers so far, in time, and forget it."""
        lines = sorted((line for call in calls for line in call.lines), key=lambda line: line[0])
        for call in calls:
            call.lines = []
        for _, stream, data in lines:
            self.write(stream, data)

    def rotate(self, stream: Stream, number: int) -> Path:
        """Rename a file as a rotation does; the next line begins a new one."""
        path = self.paths[stream]
        return path.rename(path.with_name(f"{path.name}.{number}"))
