"""A built hotline with a fake voice, for tests of its prompts."""

import pytest

from api import prompts
from core.settings import Settings
from recordings import build, music, prompt_changes
from recordings.build import BuildReport, build_all
from tests.unit.test_prompts import FakeVoice, tone


def up(settings: Settings) -> BuildReport:
    """What ./hotline up does about prompts."""
    return build_all(settings, [("zh", "greeting")], lambda done, total: None)


def use_fakes(patch: pytest.MonkeyPatch) -> None:
    fake = FakeVoice()
    for room in (build, prompt_changes, prompts):
        patch.setattr(room, "make_voice", lambda settings: fake)
    patch.setattr(music, "compose", lambda: tone(1, 8000))
