"""A Redis of the test's own, on a Unix socket in a folder of its own."""

import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree

from redis import Redis
from redis.exceptions import RedisError


@dataclass
class RedisServer:
    """Remembers nothing over a restart, as the hotline's own."""

    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="hotline-redis-")))
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.folder}/redis.sock"

    def start(self) -> None:
        """Run the server and wait until it answers."""
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", f"{self.folder}/redis.sock",
             "--save", "", "--dir", str(self.folder)],
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        limit = time.monotonic() + 10
        while not self._answers():
            assert time.monotonic() < limit, "redis-server does not answer"
            time.sleep(0.02)

    def stop(self) -> None:
        """Kill the server, as a crash would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process = None

    def freeze(self) -> None:
        """Stop the server in mid-air: its socket stays open and silent."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def remove(self) -> None:
        """Leave nothing behind."""
        self.stop()
        rmtree(self.folder)

    def _answers(self) -> bool:
        try:
            with Redis.from_url(self.url) as client:
                return bool(client.ping())
        except RedisError:
            return False
