"""What the lint knows beside the flow: sounds, emergency lines, the calendar, and today."""

from dataclasses import dataclass, field
from datetime import date

from core.clock import local_day, utc_now
from core.settings import Settings
from ivr.sounds import Sounds, load_sounds
from ivr.timetable import Timetable
from ivr.timetable_file import load_timetable
from recordings.standing import standings
from tickets.calendar import Workdays, load_workdays
from transfers.partners import load_partners


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`emergency` are the codes of partner lines such as 110, `stale` the prompts (language/id)
    whose recording is older than their text."""

    sounds: Sounds
    emergency: frozenset[str] = frozenset()
    workdays: Workdays = field(default_factory=Workdays)
    today: date = date.max
    timetable: Timetable = field(default_factory=Timetable)
    stale: frozenset[str] = frozenset()


def load_surroundings(settings: Settings) -> Surroundings:
    """Read them from the configuration. Raises ConfigError."""
    partners = load_partners(settings.config_dir)
    return Surroundings(
        sounds=load_sounds(settings),
        emergency=frozenset(partner.code for partner in partners if partner.emergency),
        workdays=load_workdays(settings.config_dir / "calendar.toml"),
        today=local_day(utc_now()),
        timetable=load_timetable(settings),
        stale=frozenset(key for key, one in standings(settings).items() if one.is_stale),
    )
