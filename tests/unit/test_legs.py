"""What a call's recording missed is taken from the partner's own leg."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from core.settings import Settings
from recordings.capture import raw_path
from recordings.legs import fill_in, forget

pytestmark = pytest.mark.unit

UID, LEG = "node1-1764000000.17", "node1-1764000005.20"
SECOND = 8000
AGENT, CITIZEN, PARTNER = 11, 22, 33


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path)
    raw_path(settings, UID).parent.mkdir(parents=True)
    (settings.spool_dir / "legs").mkdir()
    return settings


def written(path: Path, *parts: tuple[int, int, float]) -> Path:
    """Left, right and seconds, part after part."""
    sides = [np.tile([left, right], (round(t * SECOND), 1)) for left, right, t in parts]
    np.concatenate(sides).astype(np.int16).tofile(path)
    return path


def right(settings: Settings) -> list[tuple[int, float]]:
    """What is on the right of the call, and for how many seconds."""
    samples = np.fromfile(raw_path(settings, UID), np.int16)[1::2]
    cuts = [0, *(np.flatnonzero(np.diff(samples)) + 1), samples.size]
    return [(int(samples[a]), round((b - a) / SECOND, 2)) for a, b in pairwise(cuts)]


def leg_path(settings: Settings) -> Path:
    return settings.spool_dir / "legs" / f"{UID}+{LEG}.raw"


def segment(leg: str = LEG) -> dict[str, object]:
    return {"from": 1.0, "to": 3.0, "with": ["partner 12348"], "legs": {leg: 0.5}}


def test_silence_after_a_hand_over_is_filled_from_where_the_leg_stood(settings: Settings) -> None:
    written(raw_path(settings, UID), (CITIZEN, AGENT, 1), (CITIZEN, 0, 2), (CITIZEN, 0, 1))
    written(leg_path(settings), (44, AGENT, 0.5), (PARTNER, CITIZEN, 2.5))
    fill_in(settings, UID, [segment()])
    assert right(settings) == [(AGENT, 1), (PARTNER, 2), (0, 1)]


def test_what_the_switch_did_record_stays(settings: Settings) -> None:
    written(raw_path(settings, UID), (CITIZEN, AGENT, 1), (CITIZEN, 55, 1), (CITIZEN, 0, 1))
    written(leg_path(settings), (44, AGENT, 0.5), (PARTNER, CITIZEN, 2))
    for _ in range(2):
        fill_in(settings, UID, [segment()])
        assert right(settings) == [(AGENT, 1), (55, 1), (PARTNER, 1)]


def test_a_shorter_leg_fills_as_far_as_it_goes(settings: Settings) -> None:
    written(raw_path(settings, UID), (CITIZEN, AGENT, 1), (CITIZEN, 0, 2))
    written(leg_path(settings), (PARTNER, CITIZEN, 1.5))
    fill_in(settings, UID, [segment()])
    assert right(settings) == [(AGENT, 1), (PARTNER, 1), (0, 1)]


@pytest.mark.parametrize("leg", ["../calls/x", "a/b", "", "node1-9.9"])
def test_a_leg_that_is_no_leg_of_this_call_fills_nothing(settings: Settings, leg: str) -> None:
    written(raw_path(settings, UID), (CITIZEN, AGENT, 1), (CITIZEN, 0, 2))
    fill_in(settings, UID, [segment(leg)])
    assert right(settings) == [(AGENT, 1), (0, 2)]


def test_nothing_is_needed_of_a_call_without_recording(settings: Settings) -> None:
    fill_in(settings, UID, [segment()])
    assert not raw_path(settings, UID).exists()


def test_the_legs_of_a_call_are_forgotten_and_no_others(settings: Settings) -> None:
    kept = leg_path(settings).with_name("node1-1764000000.170+node1-1.1.raw")
    for leg in (leg_path(settings), kept):
        leg.write_bytes(b"")
    forget(settings, UID)
    forget(settings, "../..")
    assert not leg_path(settings).exists()
    assert kept.exists()
