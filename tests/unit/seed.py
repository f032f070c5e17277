"""A copy of the shipped configuration, to be spoiled in one place and read again."""

from collections.abc import Mapping
from pathlib import Path

from core.settings import CHECKOUT
from tickets.categories import Category, load_categories
from tickets.limits_file import load_rules
from tickets.routes import Routes
from tickets.routes_file import load_routes
from tickets.units import Units, load_units

CONFIG = CHECKOUT / "config"
FILES = ("limits.toml", "areas.toml", "units.csv", "categories.csv", "routes.toml")


class Seed:
    """The dispatch files in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in FILES:
            (folder / name).write_bytes((CONFIG / name).read_bytes())

    def change(self, name: str, old: str, new: str) -> None:
        """Replace the first place of a text that must be there."""
        text = (self.folder / name).read_text()
        assert old in text
        (self.folder / name).write_text(text.replace(old, new, 1))

    def add(self, name: str, text: str) -> int:
        """Append to a file and return the line at which the text begins."""
        before = (self.folder / name).read_text()
        (self.folder / name).write_text(before + text)
        return len(before.splitlines()) + 1

    def units(self) -> Units:
        """Read the units."""
        return load_units(self.folder / "units.csv", self.folder / "areas.toml")

    def categories(self) -> Mapping[str, Category]:
        """Read the categories."""
        rules = load_rules(self.folder / "limits.toml")
        return load_categories(self.folder / "categories.csv", self.units(), rules)

    def routes(self) -> Routes:
        """Read the routes."""
        return load_routes(self.folder / "routes.toml", self.categories(), self.units())
