"""Secrets of one home: made at first start, kept in one file that only its owner reads."""

import hashlib
import os
import secrets
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from core.errors import HotlineError


@dataclass(frozen=True)
class Secrets:
    """Passwords that our own parts use with each other; `sip` keys one for each SIP account.

    `api` opens the HTTP API to programs of this machine, `audit` seals the audit log, `dialler`
    lets the keeper of call-backs dial and do nothing else.
    """

    ami: str
    api: str
    audit: str
    database: str
    dialler: str
    redis: str
    sip: str

    def sip_password(self, account: str) -> str:
        """Return the password of a SIP account, stable for this home, different for each."""
        return hashlib.blake2s(account.encode(), key=self.sip.encode()[:32]).hexdigest()[:24]

    @property
    def prompt_pin(self) -> str:
        """Six digits that let an agent record prompts by phone, stable for this home."""
        digest = hashlib.blake2s(b"prompt pin", key=self.api.encode()[:32]).digest()
        return f"{int.from_bytes(digest) % 1_000_000:06}"


_NAMES = tuple(field.name for field in fields(Secrets))


def ensure_secrets(path: Path) -> bool:
    """Create the secrets file, or add those that came after it; return whether it was created."""
    if path.exists():
        _add_missing(path)
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write("# Generated at first start. Keep it private; delete it only with the home.\n")
        file.writelines(map(_line, _NAMES))
    return True


def _add_missing(path: Path) -> None:
    known = tomllib.loads(path.read_text())
    with path.open("a") as file:
        file.writelines(_line(name) for name in _NAMES if name not in known)


def _line(name: str) -> str:
    return f'{name} = "{secrets.token_hex(16)}"\n'


def load_secrets(path: Path) -> Secrets:
    """Read the secrets of a home. Raises HotlineError when they were never made."""
    try:
        data = tomllib.loads(path.read_text())
    except FileNotFoundError:
        raise HotlineError(
            f"{path} does not exist: this hotline has not been started yet. Run ./hotline up."
        ) from None
    except PermissionError:
        raise HotlineError(
            f"{path} cannot be read by this user. Run the command as the one who ran ./hotline up."
        ) from None
    return Secrets(**data)
