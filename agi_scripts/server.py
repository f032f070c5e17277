"""One FastAGI worker: `python -P -m agi_scripts.server`, started several times on one port.

Asterisk asks it what comes next for a call. The kernel shares new calls out among the workers, and
the end of one worker costs only the steps that its own calls are in.
"""

import argparse
import asyncio
import os
import resource
import signal
import sys
from collections.abc import Mapping
from functools import partial

import structlog
import uvloop

from agi_scripts.arrive import arrive
from agi_scripts.follow_up import follow_up
from agi_scripts.record_prompt import record_prompt
from agi_scripts.resume import resume
from core.errors import HotlineError
from core.logging import configure_logging
from core.settings import get_settings
from ivr.desk import open_desk
from telephony.agi import Handler, start_server

log = structlog.get_logger()

# AGI knows no password, so it stays on the node.
HOST = "127.0.0.1"
# Long enough for the prompt that is being played; the supervisor kills after fifteen.
GRACE_SECONDS = 5.0
# More than the sessions and strangers that the server lets in: accepting must not fail.
OPEN_FILES = 8192


def main() -> None:
    """Run one worker until it is told to stop; a known fault is one sentence and a failed start."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worker", default=os.environ.get("SUPERVISOR_PROCESS_NAME", "agi"))
    configure_logging(parser.parse_args().worker)
    try:
        settings = get_settings()
        desk = open_desk(settings)
        handlers = {
            "arrive": partial(arrive, desk),
            "resume": partial(resume, desk),
            "follow-up": partial(follow_up, desk),
            "record-prompt": partial(record_prompt, settings),
        }
        uvloop.run(serve(handlers, settings.agi_port))
    except HotlineError as fault:
        sys.exit(str(fault))


async def serve(handlers: Mapping[str, Handler], port: int) -> None:
    """Answer Asterisk until SIGTERM or SIGINT, then let running sessions finish."""
    allow_open_files()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    server = await start_server(handlers, HOST, port)
    log.info("agi_listening", port=port, scripts=sorted(handlers))
    await stop.wait()
    log.info("agi_stopping", sessions=server.sessions)
    await server.close(GRACE_SECONDS)


def allow_open_files() -> None:
    """Raise the soft limit of open files as far as we need and may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


if __name__ == "__main__":
    main()
