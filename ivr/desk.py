"""Everything an entry point needs to serve calls, opened once in each worker process."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from core.database import make_engine, make_sessions
from core.errors import HotlineError
from core.settings import Settings
from ivr.call import Equipment
from ivr.store import FlowStore, flow_store
from ivr.ticket_lookup import DatabaseTickets
from ivr.workdays import load_workdays
from recordings.prompts import Prompts
from telephony.journal import Journal

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Desk:
    """The flows of one worker and what its calls share."""

    flows: FlowStore
    equipment: Equipment

    @contextmanager
    def serving(self, uid: str) -> Iterator[None]:
        """Bring a call's story to disk however its session ends. A fault we know is one line in
        the log: the switch sees that nothing was decided and sends the caller to a human."""
        try:
            yield
        except HotlineError as fault:
            log.error("caller_left_to_survival", call=uid, fault=str(fault))
        finally:
            self.equipment.journal.flush()


def open_desk(settings: Settings) -> Desk:
    """Make a desk; nothing but files is needed. Raises ConfigError for a wrong calendar."""
    equipment = Equipment(
        prompts=Prompts(settings),
        journal=Journal(settings.journal),
        workdays=load_workdays(settings.config_dir / "calendar.toml"),
        tickets=DatabaseTickets(lambda: make_sessions(make_engine(settings.database, pool_size=2))),
    )
    flows = flow_store(settings)
    flows.warm_up()
    return Desk(flows, equipment)
