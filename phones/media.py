"""One UDP port for a phone's media: a 20 ms clock sends, arrivals go to their call's stream."""

import asyncio
import contextlib
import socket
import time

from phones.errors import PortTakenError
from phones.rtp import FRAME_SECONDS
from phones.stream import Address, Stream

# After a longer standstill of this machine the clock starts anew instead of sending a burst.
STANDSTILL = 0.2


def bind_udp(ip: str, port: int) -> socket.socket:
    """Bind a UDP socket. Raises PortTakenError."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.bind((ip, port))
    except OSError as error:
        sock.close()
        raise PortTakenError(ip, port) from error
    sock.setblocking(False)
    return sock


class Media(asyncio.DatagramProtocol):
    """The media port of one phone, shared by its calls; each call is known by its far address.

    A deaf one never reads its socket: the kernel drops what comes, which costs nothing.
    """

    def __init__(self, ip: str, *, deaf: bool = False) -> None:
        self._ip = ip
        self._deaf = deaf
        self._socket: socket.socket | None = None
        self._streams: dict[Address, Stream] = {}
        self._transport: asyncio.DatagramTransport | None = None
        self._clock: asyncio.Task[None] | None = None
        self._cut = False
        self.port = 0

    async def open(self) -> None:
        """Take a free port and start the clock."""
        self._socket = bind_udp(self._ip, 0)
        self.port = self._socket.getsockname()[1]
        if not self._deaf:
            loop = asyncio.get_running_loop()
            self._transport, _ = await loop.create_datagram_endpoint(
                lambda: self, sock=self._socket.dup()
            )
        self._clock = asyncio.create_task(self._run(), name="phone media clock")

    async def close(self) -> None:
        """Stop the clock and give the port back."""
        if self._clock is not None:
            self._clock.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._clock
        for stream in list(self._streams.values()):
            self.remove(stream)
        if self._transport is not None:
            self._transport.close()
            await asyncio.sleep(0)  # the transport closes its socket in the loop's next turn
        if self._socket is not None:
            self._socket.close()

    def add(self, stream: Stream) -> None:
        """Begin to speak to, and to hear, a call's far end."""
        self._streams[stream.remote] = stream

    def move(self, stream: Stream, remote: Address) -> None:
        """Follow a call whose far end changed its address."""
        self._streams.pop(stream.remote, None)
        stream.remote = remote
        self.add(stream)

    def remove(self, stream: Stream) -> None:
        """End a call's media; what was heard stays with the stream."""
        if self._streams.get(stream.remote) is stream:
            del self._streams[stream.remote]
        stream.close()

    def cut(self) -> None:
        """Neither send nor hear any more, as when the power fails; the port stays taken."""
        self._cut = True

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """Give an arrival to the call it belongs to; strangers are not heard."""
        stream = self._streams.get(addr)
        if stream is not None and not self._cut:
            stream.receive(data)

    async def _run(self) -> None:
        due = time.monotonic()
        while True:
            self._send_frames()
            due += FRAME_SECONDS
            now = time.monotonic()
            if now - due > STANDSTILL:
                due = now
            await asyncio.sleep(max(0.0, due - now))

    def _send_frames(self) -> None:
        if self._cut or self._socket is None:
            return
        for stream in list(self._streams.values()):
            for packet in stream.tick():
                # A far end that is gone, or a full buffer, costs a packet, as on any network.
                with contextlib.suppress(OSError):
                    self._socket.sendto(packet, stream.remote)
