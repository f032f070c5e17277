"""The real entry point `arrive` with its journal and no database: nobody reads the journal."""

import asyncio
from functools import partial

import uvloop

from agi_scripts.arrive import arrive
from core.settings import get_settings
from ivr.desk import open_desk
from telephony.agi import start_server


async def main() -> None:
    """Serve until ended by a signal."""
    desk = open_desk(get_settings())
    server = await start_server({"arrive": partial(arrive, desk)}, "127.0.0.1", 0)
    print(f"listening {server.port}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main())
