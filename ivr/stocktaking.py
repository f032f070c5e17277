"""Takes stock of the configuration, so that flows can be checked against what there is."""

from core.settings import Settings
from ivr.inventory import Inventory
from ivr.timetable import OF_THE_LINE
from ivr.timetable_file import load_timetable
from queues.definitions import load_queues
from recordings.prompt_file import PromptFile
from recordings.spoken import LANGUAGES
from transfers.partners import load_partners


def take_stock(settings: Settings) -> Inventory:
    """Read what flows may name. Raises ConfigError for a file that cannot be read."""
    folder = settings.config_dir
    sentences = PromptFile.read(folder / "prompts.toml")
    return Inventory(
        prompts={language: frozenset(sentences.sentences(language)) for language in LANGUAGES},
        queues=frozenset(queue.name for queue in load_queues(settings)),
        partners=frozenset(partner.code for partner in load_partners(folder)),
        calendars=frozenset({OF_THE_LINE, *load_timetable(settings).calendars}),
    )
