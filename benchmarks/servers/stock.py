"""panoramisk's FastAGI as it comes: its own classes, asyncio's own loop."""

import asyncio

from panoramisk.fast_agi import Application, Request

from benchmarks.twelve import COMMANDS


async def twelve(request: Request) -> None:
    """Say the commands of `benchmarks.twelve`."""
    for command in COMMANDS:
        await request.send_command(command)


async def main() -> None:
    """Serve until ended by a signal."""
    application = Application(loop=asyncio.get_running_loop())
    application.add_route("bench", twelve)
    # The default backlog of 100 would measure lost connections at 500 at once.
    server = await asyncio.start_server(application.handler, "127.0.0.1", 0, backlog=1024)
    print(f"listening {server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
