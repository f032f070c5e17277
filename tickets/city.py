"""The city's rules for tickets, read from config/ and read again when a file there changes."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tickets.calendar import load_workdays
from tickets.categories import load_categories
from tickets.deadlines import WorkingTime
from tickets.followup.rules import FollowUpRules, load_follow_up_rules
from tickets.limits import Rules
from tickets.limits_file import load_rules
from tickets.routes import Routes
from tickets.routes_file import load_routes
from tickets.units import Units, load_units


@dataclass(frozen=True, slots=True)
class City:
    """Units, categories and routes, the limits, the working time they are counted in, follow-up."""

    units: Units
    rules: Rules
    routes: Routes
    time: WorkingTime
    follow_up: FollowUpRules


_FILES = (
    "units.csv", "areas.toml", "limits.toml", "categories.csv", "routes.toml", "calendar.toml",
    "followup.toml",
)  # fmt: skip


def city_of(config_dir: Path) -> City:
    """Return the rules as the files say them now. Raises ConfigError as `load_city`."""
    return _kept(config_dir, tuple(_changed(config_dir / name) for name in _FILES))


def load_city(config_dir: Path) -> City:
    """Read the rules. Raises ConfigError with file, line and mend."""
    units = load_units(config_dir / "units.csv", config_dir / "areas.toml")
    rules = load_rules(config_dir / "limits.toml")
    categories = load_categories(config_dir / "categories.csv", units, rules)
    routes = load_routes(config_dir / "routes.toml", categories, units)
    workdays = load_workdays(config_dir / "calendar.toml")
    follow_up = load_follow_up_rules(config_dir, rules.types)
    return City(units, rules, routes, WorkingTime(workdays, rules.office), follow_up)


@lru_cache(maxsize=1)
def _kept(config_dir: Path, changed: tuple[int, ...]) -> City:
    del changed
    return load_city(config_dir)


def _changed(path: Path) -> int:
    return path.stat().st_mtime_ns if path.exists() else 0
