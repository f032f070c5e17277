"""What all phones share: one sipp for signalling, one media port, a timeline, calls by Call-ID."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Self

from phones.calls import AgentCall, Call
from phones.errors import PhoneError, PortTakenError
from phones.media import Media
from phones.orders import Report
from phones.scenario import phone_scenario
from phones.sipp import Sipp, free_port
from phones.states import CallState
from phones.stream import Address
from phones.timeline import Timeline
from phones.voice import tone_voice

# Another program may take a free port between our choice and sipp's bind.
PORT_ATTEMPTS = 3
# No default behaviours: the scenario alone decides what is said. Requests are repeated for 11.5 s,
# an INVITE for 15.5 s, instead of half a minute.
SIPP_OPTIONS = (
    *("-default_behaviors", "none"),
    *("-max_non_invite_retrans", "5", "-max_invite_retrans", "4"),
)


class Phone:
    """A SIP phone at local_ip; port 0 takes a free one. `async with` starts and closes it."""

    def __init__(
        self, name: str, server: Address, local_ip: str, local_port: int = 0, tone: int = 500
    ) -> None:
        self.name = name
        self.server = server
        self.local_ip = local_ip
        self.port = local_port
        self.voice: Callable[[], Iterator[bytes]] = lambda: tone_voice(tone)
        self.media = Media(local_ip)
        self.timeline = Timeline()
        self._wanted_port = local_port
        self._calls: dict[str, Call] = {}
        self._sipp: Sipp | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def start(self) -> None:
        """Start sipp and the media. Raises SippMissingError, PortTakenError, SippFailedError."""
        if self._sipp is not None:
            return
        await self.media.open()
        try:
            await self._start_signalling()
        except BaseException:
            await self.close()
            raise

    async def _start_signalling(self) -> None:
        attempts = 1 if self._wanted_port else PORT_ATTEMPTS
        for left in reversed(range(attempts)):
            try:
                await self._start_sipp(self._wanted_port or free_port(self.local_ip))
                break
            except PortTakenError:
                await self._close_sipp()
                if not left:
                    raise

    async def _start_sipp(self, port: int) -> None:
        self.port = port
        self._sipp = Sipp(self.local_ip, port, self._on_report, self._on_death)
        scenario = phone_scenario(self.local_ip, port, self.media.port, self.server)
        await self._sipp.launch(scenario, *SIPP_OPTIONS)
        await self._sipp.ready()

    def busy_besides(self, call: Call) -> bool:
        """Whether any other call of this phone has not ended."""
        others = (other for other in self._calls.values() if other is not call)
        return any(other.state != CallState.ENDED for other in others)

    async def close(self) -> None:
        """End every process and port of the phone; calls that still stand just stop."""
        for call in self._calls.values():
            call.die()
        await self._close_sipp()
        await self.media.close()

    async def _close_sipp(self) -> None:
        if self._sipp is not None:
            sipp, self._sipp = self._sipp, None
            await sipp.close()

    def vanish(self) -> None:
        """Fall silent at once, in SIP and in RTP, as a phone whose power is cut."""
        if self._sipp is not None:
            self._sipp.freeze()
        self.media.cut()
        self.timeline.note("vanished")

    def tell(
        self, verb: str, call_id: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> None:
        """Give sipp an order about a call. Raises PhoneError when the phone is not started."""
        if self._sipp is None:
            raise PhoneError(f"{self.name} is not switched on: await start() first.")
        self._sipp.tell(verb, call_id, headers, body)

    def place(self, to: str, caller: bytes, account: str = "", password: str = "") -> Call:
        """Dial. `caller` becomes the From header verbatim, without its tag; see Citizen."""
        call = Call(self, f"{uuid.uuid4().hex}@{self.local_ip}", CallState.DIALLING, self.voice())
        self._calls[call.call_id] = call
        host, port = self.server
        headers = {"X-Uri": f"sip:{to}@{host}:{port}"}
        if account:
            headers |= {"X-Account": account, "X-Password": password}
        self.tell("DIAL", call.call_id, headers, caller)
        self.timeline.note(f"dialled {to}")
        return call

    def forget(self, call: Call) -> None:
        """Keep nothing of a call that is over, for phones with very many."""
        self._calls.pop(call.call_id, None)

    def called(self, call: AgentCall) -> None:
        """React to somebody calling this phone; phones that take calls override this."""
        call.refuse(404)

    def heard_elsewhere(self, report: Report) -> None:
        """Take a report about something that is no call; phones that register override this."""

    def _on_report(self, report: Report) -> None:
        if report.name == "invite":
            self._on_invite(report)
        elif (call := self._calls.get(report.call_id)) is not None:
            call.hear(report)
        else:
            self.heard_elsewhere(report)

    def _on_invite(self, report: Report) -> None:
        if report.call_id in self._calls:
            return
        call = AgentCall(self, report, self.voice())
        self.timeline.note(f"called by {call.caller}")
        self._calls[call.call_id] = call
        self.called(call)

    def _on_death(self, reason: str) -> None:
        self.timeline.note(f"sipp died: {reason}")
        for call in self._calls.values():
            call.die()
