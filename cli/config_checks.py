"""Reads every file of config/ as the hotline itself would, and keeps what is wrong with each."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import ConfigError
from core.settings import Settings
from exchange.peers import load_peers
from ivr.compiler import compile_flow
from ivr.lines import load_lines
from ivr.scenarios import load_scenarios
from ivr.stocktaking import take_stock
from ivr.store import flow_files, read_flow_file
from ivr.timetable_file import load_timetable
from oversight.rules import load_assessment_rules
from queues.agents import load_agents
from queues.breaks import load_breaks
from queues.callbacks.rules import load_callback_rules
from queues.definitions import load_queues
from recordings.catalogue import load_catalogue
from tickets.calendar import load_workdays
from tickets.categories import Category, load_categories
from tickets.followup.rules import load_follow_up_rules
from tickets.limits_file import load_rules
from tickets.review.rules import load_dispatch_rules
from tickets.routes_file import load_routes
from tickets.units import Units, load_units
from transfers.catalogue import load_catalogue as load_transfer_catalogue
from transfers.hints import load_hints
from transfers.partners import load_partners

Load = Callable[[Settings], object]


@dataclass(frozen=True, slots=True)
class Checked:
    """One file; `fault` may lie in another file that this one cannot be read without."""

    file: Path
    fault: ConfigError | None

    @property
    def own_fault(self) -> bool:
        """Whether the fault is in this file."""
        return self.fault is not None and Path(self.fault.path) == self.file


def check_all(settings: Settings) -> list[Checked]:
    """Check every file, each as far as its first fault."""
    folder = settings.config_dir
    loads = [*_TOP.items(), *_flows(folder)]
    checked = [Checked(folder / name, _fault(load, settings)) for name, load in loads]
    return checked + list(_strays(folder))


def faults(checked: list[Checked]) -> list[ConfigError]:
    """Return each fault once, however many files it keeps from being read."""
    return list({str(one.fault): one.fault for one in checked if one.fault}.values())


def _fault(load: Load, settings: Settings) -> ConfigError | None:
    try:
        load(settings)
    except ConfigError as error:
        return error
    return None


def _lines(settings: Settings) -> None:
    load_partners(settings.config_dir)
    load_lines(settings)


def _follow_up(settings: Settings) -> None:
    folder = settings.config_dir
    load_follow_up_rules(folder, load_rules(folder / "limits.toml").types)


def _units(settings: Settings) -> Units:
    return load_units(settings.config_dir / "units.csv", settings.config_dir / "areas.toml")


def _categories(settings: Settings) -> Mapping[str, Category]:
    folder = settings.config_dir
    rules = load_rules(folder / "limits.toml")
    return load_categories(folder / "categories.csv", _units(settings), rules)


def _routes(settings: Settings) -> None:
    path = settings.config_dir / "routes.toml"
    load_routes(path, _categories(settings), _units(settings))


_TOP: dict[str, Load] = {
    "lines.toml": _lines,
    "queues.toml": load_queues,
    "agents.toml": lambda settings: load_agents(settings, load_queues(settings)),
    "breaks.toml": load_breaks,
    "callbacks.toml": lambda settings: load_callback_rules(settings.config_dir),
    "prompts.toml": lambda settings: load_catalogue(settings.config_dir),
    "hours.toml": load_timetable,
    "calendar.toml": lambda settings: load_workdays(settings.config_dir / "calendar.toml"),
    "limits.toml": lambda settings: load_rules(settings.config_dir / "limits.toml"),
    "dispatch.toml": lambda s: load_dispatch_rules(s.config_dir / "dispatch.toml"),
    "followup.toml": _follow_up,
    "assessment.toml": lambda settings: load_assessment_rules(settings.config_dir),
    "exchange.toml": lambda settings: load_peers(settings.config_dir),
    "hints.toml": lambda settings: load_hints(settings.config_dir),
    "transfer_catalogue.csv": lambda settings: load_transfer_catalogue(settings.config_dir),
    "areas.toml": _units,
    "units.csv": _units,
    "categories.csv": _categories,
    "routes.toml": _routes,
}
# Read before anything else: a fault there stops every command.
_READ_ALREADY = ("settings.toml",)


def _flows(folder: Path) -> Iterator[tuple[str, Load]]:
    for path in flow_files(folder / "flows"):
        yield f"flows/{path.name}", _flow(path)
        if path.with_suffix(".tests.yaml").is_file():
            yield f"flows/{path.stem}.tests.yaml", _scenarios(path.stem)


def _flow(path: Path) -> Load:
    def load(settings: Settings) -> object:
        text = read_flow_file(path, path.stem)
        return compile_flow(text, path, path.stem, take_stock(settings))

    return load


def _scenarios(flow: str) -> Load:
    return lambda settings: load_scenarios(settings, flow, take_stock(settings))


def _strays(folder: Path) -> Iterator[Checked]:
    """A file nobody reads is mostly one whose name is a slip."""
    known = (*_TOP, *_READ_ALREADY)
    for path in sorted((*folder.glob("*.toml"), *folder.glob("*.csv"))):
        if path.name not in known:
            sentence = f"Nobody reads this file. Files here: {', '.join(known)}."
            yield Checked(path, ConfigError(path, None, sentence))
