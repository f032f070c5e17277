"""The API process: `python -P -m api`. Loopback only; TLS stands in front."""

import ipaddress
import socket
import sys

import structlog
import uvicorn

from api.app import make_app
from core.errors import HotlineError
from core.logging import configure_logging
from core.settings import Settings, get_settings

log = structlog.get_logger()

_LOOPBACK = "127.0.0.1"
# Seconds for requests to end in; who listens to the live picture would never end by themselves.
_FAREWELL = 3


def listen(settings: Settings) -> socket.socket:
    """Open the port. Raises HotlineError when somebody else has it."""
    host = settings.bind if _is_loopback(settings.bind) else _LOOPBACK
    if host != settings.bind:
        log.warning("the API speaks no TLS and stays on loopback", bind=settings.bind, on=host)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, settings.http_port))
    except OSError as error:
        listener.close()
        raise HotlineError(
            f"{host}:{settings.http_port} cannot be opened ({error.strerror}). Stop what has it, "
            "or choose another port with HOTLINE_HTTP_PORT."
        ) from error
    return listener


def main() -> None:
    """Serve until told to stop; wrong settings and a taken port end it with a sentence."""
    configure_logging("api")
    try:
        settings = get_settings()
        app = make_app(settings)
        listener = listen(settings)
    except HotlineError as error:
        sys.exit(str(error))
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_FAREWELL,
    )
    uvicorn.Server(config).run(sockets=[listener])


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


if __name__ == "__main__":
    main()
