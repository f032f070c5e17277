"""The caller in a FastAGI session: verbs sent, replies read as typed results.

`telephony.agi` makes one session for each question Asterisk asks; the rest of the house imports it
from there.
"""

import asyncio
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from telephony.agi_request import AgiRequest
from telephony.agi_wire import AgiError, HungUp, Wire, list_item, quote
from telephony.text import readable

# No prompt of ours plays longer; a reply later than this plus the margin will never come.
LONGEST_PROMPT = 120.0
# Marks the end of a variable's value, which may hold anything. A caller cannot guess it.
_END_OF_VALUE = secrets.token_hex(8)
_VALUE_TAIL = f"{_END_OF_VALUE})\n".encode()
_NAME = re.compile(r"[A-Za-z0-9_]+(\([A-Za-z0-9_.,:@/-]*\))?")


@dataclass(frozen=True, slots=True)
class Digits:
    """Keys collected; `timed_out` tells "waited in vain" from "pressed # at once"."""

    value: str
    timed_out: bool


@dataclass(frozen=True, slots=True)
class Recorded:
    """A finished recording: the key that ended it ("" when time ran out) and its samples."""

    digit: str
    samples: int


class AgiSession:
    """One call while Asterisk asks us. Every method raises HungUp once the caller is gone,
    AgiTimeout when Asterisk keeps silent and AgiError when it refuses."""

    __slots__ = ("_margin", "_wire", "request")

    def __init__(self, wire: Wire, request: AgiRequest, margin: float) -> None:
        self._wire = wire
        self._margin = margin
        self.request = request

    @property
    def hung_up(self) -> bool:
        """Whether the caller is known to be gone, without asking Asterisk."""
        return self._wire.hung_up

    async def answer(self) -> None:
        """Pick up; a call that is up already stays as it is."""
        if _result(await self._ask("ANSWER\n", 0.0)).startswith("-1"):
            raise await self._failure("Asterisk could not answer the call.")

    async def stream_file(
        self, path: str, escape_digits: str = "", *, seconds: float = LONGEST_PROMPT
    ) -> str:
        """Play a sound (path without extension, at most `seconds` long); return the key
        among `escape_digits` that cut it short, or ""."""
        reply = await self._ask(f"STREAM FILE {quote(path)} {quote(escape_digits)}\n", seconds)
        result = _result(reply)
        if result.startswith("-1"):
            raise await self._failure(f"Asterisk cannot play {path}.")
        return _key(result)

    async def get_data(
        self, path: str, timeout_ms: int, max_digits: int, *, seconds: float = LONGEST_PROMPT
    ) -> Digits:
        """Play a sound (at most `seconds` long) and collect up to `max_digits` keys, each
        awaited for `timeout_ms`; # ends the input."""
        longest = seconds + timeout_ms / 1000 * (max_digits + 1)
        reply = await self._ask(f"GET DATA {quote(path)} {timeout_ms} {max_digits}\n", longest)
        result = _result(reply)
        if result.startswith("-1"):
            raise await self._failure(f"Asterisk cannot play {path}.")
        digits, _, note = result.partition(" ")
        return Digits(digits, note == "(timeout)")

    async def wait_for_digit(self, timeout_ms: int) -> str:
        """Wait for one key; return "" when none came in time."""
        reply = await self._ask(f"WAIT FOR DIGIT {timeout_ms}\n", timeout_ms / 1000)
        result = _result(reply)
        if result.startswith("-1"):
            raise await self._failure("Asterisk could not wait for a key.")
        return _key(result)

    async def set_variable(self, name: str, value: str) -> None:
        """Set one channel variable or writable function, such as TIMEOUT(absolute)."""
        _result(await self._ask(f"SET VARIABLE {quote(name)} {quote(value)}\n", 0.0))

    async def set_variables(self, variables: Mapping[str, str]) -> None:
        """Set several in one round trip, in the mapping's order; values may hold anything."""
        names = ",".join(variables)
        values = ",".join(map(list_item, variables.values()))
        await self.set_variable(f"ARRAY({names})", values)

    async def get_variable(self, name: str) -> str | None:
        """Read a variable or function; None when unset or empty, which Asterisk hardly tells
        apart."""
        if _NAME.fullmatch(name) is None:
            raise ValueError(f"{name!r} is not the name of a channel variable")
        line = f'GET FULL VARIABLE "${{{name}}}{_END_OF_VALUE}"\n'
        reply = await self._wire.ask(line.encode(), self._margin, _VALUE_TAIL)
        if not reply.endswith(_VALUE_TAIL):
            _result(reply)
            return None
        return readable(reply[len(b"200 result=1 (") : -len(_VALUE_TAIL)]) or None

    async def record_file(
        self, path: str, fmt: str, escape_digits: str, timeout_ms: int, *, beep: bool = True
    ) -> Recorded:
        """Record the caller into `path` (without extension) until a key of `escape_digits`
        or `timeout_ms`."""
        line = (
            f"RECORD FILE {quote(path)} {quote(fmt)} {quote(escape_digits)} {timeout_ms}"
            f"{' BEEP' if beep else ''}\n"
        )
        result = _result(await self._ask(line, timeout_ms / 1000))
        if result.startswith("-1"):
            raise await self._failure(f"Asterisk cannot record {path}.")
        samples = result.rpartition("endpos=")[2]
        return Recorded(_key(result), int(samples) if samples.isdigit() else 0)

    async def hangup(self) -> None:
        """End the call; every later command raises HungUp."""
        _result(await self._ask("HANGUP\n", 0.0))

    async def verbose(self, text: str) -> None:
        """Write a line on Asterisk's console."""
        _result(await self._ask(f"VERBOSE {quote(text)} 1\n", 0.0))

    async def exec(self, app: str, *args: str, seconds: float = LONGEST_PROMPT) -> int:
        """Run a dialplan application for at most `seconds` and return its result.

        The application reads commas and brackets as syntax: nothing a caller said belongs here.
        """
        line = f"EXEC {quote(app)} {quote(','.join(args))}\n"
        result = _result(await self._ask(line, seconds)).partition(" ")[0]
        if result == "-2":
            raise AgiError(f"Asterisk has no application {app}.")
        if result == "-1":
            raise await self._failure(f"The application {app} failed.")
        return int(result)

    def _ask(self, line: str, seconds: float) -> asyncio.Future[bytes]:
        return self._wire.ask(line.encode(errors="replace"), seconds + self._margin)

    async def _failure(self, sentence: str) -> AgiError:
        """Tell a refused command from a caller who left: both are -1, but Asterisk says HANGUP
        before it answers another command."""
        _result(await self._ask("NOOP\n", 0.0))
        return AgiError(sentence)


def _result(reply: bytes) -> str:
    """Return what follows `200 result=`. Raises HungUp or AgiError for any other answer."""
    if reply.startswith(b"200 result="):
        return readable(reply[11:]).rstrip()
    if reply.startswith(b"511"):
        raise HungUp("The channel is dead.")
    raise AgiError(f"Asterisk refused: {readable(reply[:200]).strip()}")


def _key(result: str) -> str:
    code = result.partition(" ")[0]
    if code == "0":
        return ""
    try:
        return chr(int(code))
    except (ValueError, OverflowError):
        raise AgiError(f"Asterisk answered with no key: {result[:80]!r}.") from None
