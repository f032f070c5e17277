"""Our wire layer alone: the twelve commands and nothing behind them."""

import asyncio

import uvloop

from benchmarks.twelve import MENU, PROMPT
from telephony.agi import AgiSession, start_server


async def twelve(session: AgiSession) -> None:
    """Say the commands of `benchmarks.twelve` through the typed session."""
    await session.answer()
    for _ in range(3):
        await session.stream_file(PROMPT)
    for _ in range(2):
        await session.get_data(MENU, 5000, 1)
    await session.set_variable("line", "12345")
    await session.set_variable("lang", "zh")
    await session.set_variable("queue", "GEN")
    await session.set_variable("next", "queue")
    await session.verbose("served")
    await session.hangup()


async def main() -> None:
    """Serve until ended by a signal."""
    server = await start_server({"bench": twelve}, "127.0.0.1", 0)
    print(f"listening {server.port}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main())
