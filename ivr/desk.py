"""Everything an entry point needs to serve calls, opened once in each worker process."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from core.database import make_engine, make_sessions
from core.errors import HotlineError
from core.settings import Settings
from ivr.call import Equipment, PromptBook
from ivr.on_air import FileBoard
from ivr.store import FlowStore, flow_store
from ivr.ticket_lookup import DatabaseTickets
from ivr.timetable_file import timetable_or_open
from queues.callbacks.rules import callback_rules_or_any
from recordings.prompts import Prompts
from telephony.journal import Journal
from tickets.calendar import load_workdays

log = structlog.get_logger()


class KnownSounds:
    """Where prompts lie, looked for once in a process: half of a session's work was looking.

    A sound that vanishes later is missed by the switch, and the caller goes to a human.
    """

    def __init__(self, prompts: PromptBook) -> None:
        self._prompts = prompts
        self._known: dict[tuple[str, str], str] = {}

    def path(self, prompt_id: str, lang: str) -> str:
        """Return the path without extension. Raises PromptMissing, each time anew."""
        found = self._known.get((prompt_id, lang))
        if found is None:
            found = str(self._prompts.path(prompt_id, lang))
            self._known[prompt_id, lang] = found
        return found


@dataclass(frozen=True, slots=True)
class Desk:
    """The flows of one worker and what its calls share.

    `patience` is for how many seconds the switch waits for us before it goes on by itself.
    """

    flows: FlowStore
    equipment: Equipment
    patience: float

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
        prompts=KnownSounds(Prompts(settings)),
        journal=Journal(settings.journal),
        workdays=load_workdays(settings.config_dir / "calendar.toml"),
        board=FileBoard(settings.sounds_dir),
        timetable=timetable_or_open(settings),
        tickets=DatabaseTickets(lambda: make_sessions(make_engine(settings.database, pool_size=2))),
        callbacks=callback_rules_or_any(settings.config_dir),
    )
    flows = flow_store(settings)
    flows.warm_up()
    return Desk(flows, equipment, settings.agi_patience)
