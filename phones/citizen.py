"""A citizen's phone on the phone company's side: dials, speaks, listens, presses keys."""

from pathlib import Path

from phones.calls import Call
from phones.errors import PhoneError
from phones.phone import Phone
from phones.states import Ending
from phones.stream import Address
from phones.voice import wav_voice


def raw(text: str | bytes) -> bytes:
    """Return what a hostile caller puts on the wire; bytes are taken as they are."""
    return text if isinstance(text, bytes) else text.encode()


class Citizen(Phone):
    """One caller. `number` and `display` reach the From header verbatim, however hostile."""

    def __init__(
        self,
        server: Address,
        number: str | bytes = "13800000000",
        to: str = "12345",
        local_ip: str = "127.0.0.2",
        local_port: int = 0,
        tone: int = 500,
        display: str | bytes = "",
        wav: Path | None = None,
    ) -> None:
        shown = raw(number).decode(errors="backslashreplace")
        super().__init__(f"citizen {shown}", server, local_ip, local_port, tone)
        self.number, self.to, self.display = number, to, display
        self._call: Call | None = None
        if wav is not None:
            self.voice = lambda: wav_voice(wav)

    @property
    def call(self) -> Call:
        """The call of this citizen. Raises PhoneError before `dial`."""
        if self._call is None:
            raise PhoneError(f"{self.name} has not dialled yet.")
        return self._call

    async def dial(self) -> None:
        """Place the call; starts the phone when it is not on yet."""
        await self.start()
        self._call = self.place(self.to, self._from())

    def _from(self) -> bytes:
        name = b'"%b" ' % raw(self.display) if self.display else b""
        return b"%b<sip:%b@%b:%d>" % (name, raw(self.number), self.local_ip.encode(), self.port)

    async def ringing(self, seconds: float = 10.0) -> None:
        """Wait until it rings. Raises CallRefusedError, PhoneTimeoutError."""
        await self.call.ringing(seconds)

    async def answered(self, seconds: float = 10.0) -> None:
        """Wait for the answer. Raises CallRefusedError, PhoneTimeoutError."""
        await self.call.answered(seconds)

    async def press(self, keys: str, length: float = 0.1, gap: float = 0.1) -> None:
        """Press keys in real time; returns when the last has sounded."""
        await self.call.press(keys, length, gap)

    async def hangup(self) -> Ending:
        """Hang up: BYE, or CANCEL before the answer."""
        return await self.call.hang_up()

    async def hung_up(self, seconds: float = 10.0) -> Ending:
        """Wait until the call is over and return by whom and why."""
        return await self.call.hung_up(seconds)

    def hears(self, freqs: set[int], seconds: float = 1.0) -> set[int]:
        """Return which of `freqs` (Hz) sounded in the last `seconds`."""
        return self.call.hears(freqs, seconds)

    async def until_hears(self, freqs: set[int], seconds: float = 5.0) -> None:
        """Wait until all of `freqs` sound. Raises PhoneTimeoutError."""
        await self.call.until_hears(freqs, seconds)

    def heard_level(self, seconds: float = 1.0) -> float:
        """Return the level of the last `seconds`, 0 for silence."""
        return self.call.heard_level(seconds)

    def save_heard(self, path: Path) -> None:
        """Write all that was heard as a WAV file."""
        self.call.save_heard(path)
