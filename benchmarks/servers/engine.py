"""The flow engine on our wire layer, walking `flows/bench-session.yaml`, with nothing written."""

import asyncio

import uvloop

from agi_scripts.agi_channel import AgiChannel
from benchmarks.scratch import SESSION_FLOW
from core.settings import get_settings
from ivr.call import Call, Equipment
from ivr.desk import KnownSounds
from ivr.engine import start
from ivr.store import flow_store
from recordings.prompts import Prompts
from telephony.agi import AgiSession, start_server
from tickets.calendar import Workdays


class NoJournal:
    """Takes every line and keeps none."""

    def write(self, call: str, kind: str, **fields: object) -> None:
        """Drop it."""

    def flush(self) -> None:
        """Nothing was kept."""


async def main() -> None:
    """Serve until ended by a signal."""
    settings = get_settings()
    flow = flow_store(settings).current(SESSION_FLOW)
    equipment = Equipment(KnownSounds(Prompts(settings)), NoJournal(), Workdays())

    async def walk(session: AgiSession) -> None:
        uid = session.request.uniqueid
        await start(
            flow, Call(uid, "13800000000", AgiChannel(session, settings.agi_patience), equipment)
        )

    server = await start_server({"bench": walk}, "127.0.0.1", 0)
    print(f"listening {server.port}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main())
