"""One call on a phone, from either side: its state, its media, and what can be awaited of it."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from phones.errors import CallRefusedError, PhoneError, PhoneTimeoutError
from phones.orders import Report
from phones.states import CallState, EndedBy, Ending, Line
from phones.stream import Stream
from phones.tones import level, tones

HANG_UP_LIMIT = 17.0  # sipp repeats a BYE for 11.5 s, an INVITE for 15.5 s
HOLD_LIMIT = 5.0
_LISTEN_EVERY = 0.05


class Call:
    """A call of a phone. Everything that waits has a limit and raises PhoneTimeoutError."""

    def __init__(self, line: Line, call_id: str, state: CallState, voice: Iterator[bytes]) -> None:
        self.line = line
        self.call_id = call_id
        self.state = state
        self.ending: Ending | None = None
        self.stream: Stream | None = None
        self.established = False
        self.rang = False
        self.on_hold = False
        self._voice = voice
        # Whether the other side has said anything: before that, SIP knows no way to give up.
        self._heard_of = state != CallState.DIALLING
        self._asked_to_end = False
        self._refused_with: int | None = None
        self._news = asyncio.Event()

    # What sipp reports.

    def hear(self, report: Report) -> None:
        """Take a report about this call and wake whoever waits."""
        if self._over:
            return
        self._heard_of = True
        match report.name:
            case "ringing":
                self._on_ringing()
            case "progress":
                self.line.timeline.note("early media")
                self._open_media(report)
            case "reinvited":
                self._open_media(report)
            case "answered":
                self._on_answered(report)
            case "hold" | "resume":
                self._on_hold(held=report.name == "hold")
            case "reinvite-refused":
                self._refused_with = report.number("code")
            case "ended" | "cancelled" | "failed" | "lost":
                self._on_end(report)
        self._tell_waiting()

    def die(self) -> None:
        """End the call here because the phone's sipp is gone or closed."""
        if self.state != CallState.ENDED:
            self._end(Ending(EndedBy.NOBODY))
            self._tell_waiting()

    def _on_ringing(self) -> None:
        if not self.rang:
            self.line.timeline.note("ringing")
        self.rang = True
        self.state = CallState.RINGING

    def _on_answered(self, report: Report) -> None:
        self.established = True
        self.state = CallState.TALKING
        self._open_media(report)
        self.line.timeline.note("answered")

    def _on_hold(self, *, held: bool) -> None:
        self.on_hold = held
        if self.stream is not None:
            self.stream.silent = held
        self.line.timeline.note("held" if held else "resumed")

    def _open_media(self, report: Report) -> None:
        remote = (report.fields.get("ip", ""), report.number("port") or 0)
        if self.stream is None:
            self.stream = Stream(remote, self._voice)
            self.line.media.add(self.stream)
        elif self.stream.remote != remote:
            self.line.media.move(self.stream, remote)

    def _on_end(self, report: Report) -> None:
        by = EndedBy.NOBODY if report.name == "lost" else EndedBy.OTHER
        if report.name != "lost" and (self._asked_to_end or report.fields.get("by") == "us"):
            by = EndedBy.US
        self._end(Ending(by, report.number("code"), report.number("cause")))

    def _end(self, ending: Ending) -> None:
        if self.state == CallState.ENDED:
            return
        self.state, self.ending = CallState.ENDED, ending
        if self.stream is not None:
            self.line.media.remove(self.stream)
        facts = [f"SIP {ending.code}"] if ending.code else []
        facts += [f"cause {ending.cause}"] if ending.cause else []
        self.line.timeline.note(" ".join([f"ended by {ending.by}", *facts]))

    def _tell_waiting(self) -> None:
        self._news.set()
        self._news.clear()

    # What can be awaited.

    async def until(self, awaited: str, happened: Callable[[], bool], seconds: float) -> None:
        """Wait until `happened()`; `awaited` is its name in the error sentence."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not happened():
                    await self._news.wait()
        if not happened():
            raise PhoneTimeoutError(self.line.name, awaited, seconds, str(self.line.timeline))

    async def ringing(self, seconds: float = 10.0) -> None:
        """Wait until it rings at the other side. Raises CallRefusedError when it ended first."""
        await self.until("ringing", lambda: self.rang or self.established or self._over, seconds)
        self._refuse_if_over()

    async def answered(self, seconds: float = 10.0) -> None:
        """Wait for the answer. Raises CallRefusedError when the call ended without one."""
        await self.until("answer", lambda: self.established or self._over, seconds)
        self._refuse_if_over()

    async def hung_up(self, seconds: float = 10.0) -> Ending:
        """Wait until the call is over, whoever ended it."""
        await self.until("hang-up", lambda: self._over, seconds)
        if self.ending is None:
            raise PhoneError(f"{self.line.name}: over without an ending")
        return self.ending

    async def until_hears(self, freqs: set[int], seconds: float = 5.0, window: float = 0.4) -> None:
        """Wait until every one of `freqs` (Hz) sounded within the last `window` seconds."""
        limit = time.monotonic() + seconds
        while not freqs <= self.hears(freqs, window):
            if time.monotonic() > limit:
                raise PhoneTimeoutError(
                    self.line.name, f"tone of {sorted(freqs)} Hz", seconds, str(self.line.timeline)
                )
            await asyncio.sleep(_LISTEN_EVERY)

    async def until_keys(self, keys: str, seconds: float = 5.0) -> None:
        """Wait until the other side's key events include `keys` in this order."""
        limit = time.monotonic() + seconds
        while keys not in self.keys_heard:
            if time.monotonic() > limit:
                raise PhoneTimeoutError(
                    self.line.name, f"keys {keys} (heard {self.keys_heard!r})", seconds, ""
                )
            await asyncio.sleep(_LISTEN_EVERY)

    @property
    def _over(self) -> bool:
        return self.state == CallState.ENDED

    def _refuse_if_over(self) -> None:
        if self.established or not self._over or self.ending is None:
            return
        raise CallRefusedError(self.line.name, self.ending.code, self.ending.cause)

    # What the person at the phone does.

    async def press(self, keys: str, length: float = 0.1, gap: float = 0.1) -> None:
        """Press keys one after another, each `length` seconds with `gap` seconds after it.

        Returns when the last has sounded, or when the call ends before that.
        """
        if self.stream is None:
            raise PhoneError(f"{self.line.name}: no keys can be pressed before the call stands")
        presses = [self.stream.press(key, length, gap) for key in keys]
        await asyncio.gather(*presses)
        if not self._over:
            self.line.timeline.note(f"pressed {keys}")

    async def hang_up(self) -> Ending:
        """End the call: BYE, or CANCEL before the answer. Returns when the other side agreed."""
        await self.until("reply", lambda: self._heard_of, HANG_UP_LIMIT)
        self._ask_to_end("HANGUP")
        return await self.hung_up(HANG_UP_LIMIT)

    async def hold(self) -> None:
        """Put the other side on hold; our own voice pauses."""
        await self._renegotiate("HOLD", held=True)

    async def resume(self) -> None:
        """Take the other side back from hold."""
        await self._renegotiate("RESUME", held=False)

    async def _renegotiate(self, verb: str, *, held: bool) -> None:
        self._refused_with = None
        self.line.tell(verb, self.call_id)

        def settled() -> bool:
            return self.on_hold == held or self._over or self._refused_with is not None

        await self.until(verb.lower(), settled, HOLD_LIMIT)
        if self._refused_with is not None:
            raise PhoneError(f"{self.line.name}: {verb.lower()} was refused, {self._refused_with}.")

    def _ask_to_end(self, verb: str) -> None:
        self._asked_to_end = True
        if self.state != CallState.ENDED:
            self.line.tell(verb, self.call_id)

    # What the person at the phone hears.

    def hears(self, freqs: set[int], seconds: float = 1.0) -> set[int]:
        """Return which of `freqs` (Hz) sounded in the last `seconds`."""
        return tones(self.stream.heard(seconds), freqs) if self.stream else set()

    def heard_level(self, seconds: float = 1.0) -> float:
        """Return the level (16-bit root mean square) of the last `seconds`."""
        return level(self.stream.heard(seconds)) if self.stream else 0.0

    def save_heard(self, path: Path) -> None:
        """Write all that was heard as a WAV file. Raises PhoneError before the call stood."""
        if self.stream is None:
            raise PhoneError(f"{self.line.name}: nothing was heard, the call never stood")
        self.stream.save_heard(path)

    @property
    def keys_heard(self) -> str:
        """The keys the other side pressed (RFC 4733), in order."""
        return self.stream.keys_heard if self.stream else ""


class AgentCall(Call):
    """A call that came to a phone; the phone's behaviour or the test decides what happens."""

    def __init__(self, line: Line, report: Report, voice: Iterator[bytes]) -> None:
        super().__init__(line, report.call_id, CallState.RINGING, voice)
        self.called_number = report.fields.get("to", "")
        self.caller = report.fields.get("from", "")

    def ring(self) -> None:
        """Let the caller hear that it rings here."""
        self.line.tell("RING", self.call_id)

    async def answer(self, seconds: float = 5.0) -> None:
        """Answer, and wait until the caller confirmed."""
        self.line.tell("ANSWER", self.call_id)
        await self.answered(seconds)

    def refuse(self, code: int = 486) -> None:
        """Refuse with one of scenario.REFUSALS."""
        self._ask_to_end(f"REFUSE-{code}")
        self._end(Ending(EndedBy.US, code))
        self._tell_waiting()
