"""Flat packages live together with the world: no name of ours is somebody else's."""

import importlib.metadata
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

CHECKOUT = Path(__file__).parents[2]
ROOMS = sorted(path.parent.name for path in CHECKOUT.glob("*/__init__.py"))


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_shadows_nothing_and_is_ours(room: str) -> None:
    assert room not in sys.stdlib_module_names
    owners = importlib.metadata.packages_distributions().get(room, [])
    assert set(owners) <= {"hotline12345"}
    spec = find_spec(room)
    assert spec is not None
    assert spec.origin is not None
    assert Path(spec.origin).is_relative_to(CHECKOUT)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_says_in_one_docstring_what_it_is(room: str) -> None:
    assert (CHECKOUT / room / "__init__.py").read_text().startswith('"""')
