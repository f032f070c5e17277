"""`published.json` in the home: which version each alias gives to a call. One file, replaced whole.

Written by the publisher (`stack`) after everything it names is in place; read by AGI workers, who
need nothing else to find the flow of a call.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from core.errors import HotlineError
from core.masking import mask_phone
from core.settings import Settings

# So that a share of one caller in a hundred can be told apart.
_BUCKETS = 100


class NothingPublished(HotlineError):
    """The home holds no file of what is published, or none that can be read."""

    slug = "flow-nothing-published"


@dataclass(frozen=True, slots=True)
class Pinned:
    """One version: by its number for people, by its hash for files and calls."""

    flow: str
    number: int
    version: str

    def __str__(self) -> str:
        return f"{self.flow}@{self.number}"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A version on trial: it gets `percent` of the callers, and those in `callers`: numbers, or
    beginnings of numbers with a * behind."""

    pinned: Pinned
    percent: int
    callers: tuple[str, ...] = ()

    def takes(self, caller: str, uid: str) -> bool:
        """Whether this call is the candidate's. A caller stays on one side as long as the trial
        lasts, also when the share grows; a withheld number is judged anew at each call."""
        if any(_matches(caller, one) for one in self.callers):
            return True
        word = f"{self.pinned.version}{caller or uid}"
        digest = hashlib.blake2s(word.encode(errors="replace"), digest_size=4).digest()
        return int.from_bytes(digest, "big") % _BUCKETS < self.percent


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an alias stands."""

    pinned: Pinned
    candidate: Candidate | None = None

    def for_call(self, caller: str, uid: str) -> Pinned:
        """Return the version that a call gets."""
        if self.candidate and self.candidate.takes(caller, uid):
            return self.candidate.pinned
        return self.pinned

    @property
    def versions(self) -> tuple[Pinned, ...]:
        """Every version that a call may get here."""
        return (self.pinned, self.candidate.pinned) if self.candidate else (self.pinned,)


@dataclass(frozen=True, slots=True)
class Published:
    """All aliases after the last `move`."""

    move: int
    aliases: Mapping[str, Standing] = field(default_factory=dict)

    @property
    def versions(self) -> frozenset[Pinned]:
        """Every version that a call may get."""
        return frozenset(one for each in self.aliases.values() for one in each.versions)


def shown_caller(rule: str) -> str:
    """Return a rule of a candidate for people: beginnings as they are, whole numbers masked."""
    return rule if rule.endswith("*") else mask_phone(rule) or ""


def published_file(settings: Settings) -> Path:
    """Return where the file lies."""
    return settings.home / "flows" / "published.json"


def read_published(path: Path) -> Published:
    """Read the file. Raises NothingPublished when it is missing or broken."""
    try:
        told = json.loads(path.read_bytes())
        aliases = {name: _standing(one) for name, one in told["aliases"].items()}
        return Published(int(told["move"]), aliases)
    except FileNotFoundError:
        raise NothingPublished(f"{path} is missing: nothing is published yet.") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NothingPublished(f"{path} cannot be read: {error!r:.80}.") from None


def write_published(path: Path, published: Published) -> None:
    """Replace the file in one step, after its bytes are on the disk."""
    put_file(path, json.dumps(asdict(published), ensure_ascii=False).encode())


def put_file(path: Path, content: bytes) -> None:
    """Write a file of the flows folder whole or not at all, for whoever owns the folder."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    folder = path.parent.stat()
    if os.geteuid() == 0:
        os.chown(fresh, folder.st_uid, folder.st_gid)
    fresh.chmod(0o640)
    fresh.replace(path)


def _standing(told: Mapping[str, Any]) -> Standing:
    candidate = told["candidate"]
    return Standing(
        Pinned(**told["pinned"]),
        candidate
        and Candidate(
            Pinned(**candidate["pinned"]), int(candidate["percent"]), tuple(candidate["callers"])
        ),
    )


def _matches(caller: str, rule: str) -> bool:
    if rule.endswith("*"):
        return bool(caller) and caller.startswith(rule[:-1])
    return caller == rule
