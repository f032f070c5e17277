"""Are the ports free that this hotline is about to take?"""

import socket

from core.errors import HotlineError
from core.settings import Settings


def check_ports(settings: Settings) -> None:
    """Raise HotlineError naming the first port that somebody else holds, and its setting."""
    tcp = {
        "HOTLINE_AGI_PORT": ("127.0.0.1", settings.agi_port),
        "HOTLINE_AMI_PORT": ("127.0.0.1", settings.ami_port),
        "HOTLINE_HTTP_PORT": (settings.api_host, settings.http_port),
        "HOTLINE_PHONE_PORT": (settings.bind, settings.phone_port),
    }
    for name, address in tcp.items():
        _check(name, address, socket.SOCK_STREAM)
    _check("HOTLINE_SIP_PORT", (settings.bind, settings.sip_port), socket.SOCK_DGRAM)


def _check(name: str, address: tuple[str, int], kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind == socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            protocol = "TCP" if kind == socket.SOCK_STREAM else "UDP"
            raise HotlineError(
                f"{protocol} port {address[1]} on {address[0]} is taken ({error.strerror}). "
                f"Stop what uses it, or set {name} to another port."
            ) from None
