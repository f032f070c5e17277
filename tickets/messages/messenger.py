"""The port to whoever carries messages: a file while there is nobody, a provider over HTTP."""

import asyncio
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import httpx

PATIENCE = 5.0
_LONGEST = 300


class NotNow(Exception):
    """The carrier could not take it now; it may be tried again."""


class Never(Exception):
    """The carrier will not take it."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it is carried; the carrier knows by `key` when it comes twice."""

    key: str
    number: str
    text: str


class Messenger(Protocol):
    """Whoever carries messages."""

    async def send(self, letter: Letter) -> str:
        """Carry a message and return the carrier's receipt. Raises NotNow and Never."""


@dataclass(frozen=True, slots=True)
class FileMessenger:
    """Appends messages to a file of the home, for as long as the city has no provider."""

    path: Path

    async def send(self, letter: Letter) -> str:
        """Append one line of JSON. Raises NotNow when the disk takes nothing."""
        try:
            return await asyncio.to_thread(self._append, letter)
        except OSError as error:
            raise NotNow(str(error)) from error

    def _append(self, letter: Letter) -> str:
        self.path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        line = {"key": letter.key, "number": letter.number, "text": letter.text}
        data = json.dumps(line, ensure_ascii=False).encode() + b"\n"
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, data)
        finally:
            os.close(handle)
        return self.path.name


@dataclass(frozen=True, slots=True)
class HttpMessenger:
    """Posts `{number, text}` to a provider, which answers 2xx and perhaps `{"id": …}`.

    4xx is a refusal for good, but for 408 and 429; anything else may be tried again.
    """

    url: str
    token: str
    http: httpx.AsyncClient

    async def send(self, letter: Letter) -> str:
        """Post one message. Raises NotNow and Never."""
        headers = {"Idempotency-Key": letter.key, "Authorization": f"Bearer {self.token}"}
        body = {"number": letter.number, "text": letter.text}
        try:
            answer = await self.http.post(self.url, json=body, headers=headers, timeout=PATIENCE)
        except httpx.HTTPError as error:
            raise NotNow(f"{type(error).__name__}: {error}"[:_LONGEST]) from error
        if answer.is_success:
            return _receipt(answer)
        refused = answer.is_client_error and answer.status_code not in (408, 429)
        raise (Never if refused else NotNow)(f"The provider answered {answer.status_code}.")


def _receipt(answer: httpx.Response) -> str:
    try:
        told = answer.json()
    except ValueError:
        return ""
    name = told.get("id") if isinstance(told, dict) else None
    return str(name)[:100] if isinstance(name, str | int) else ""
