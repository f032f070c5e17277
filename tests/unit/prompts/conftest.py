import shutil
from pathlib import Path

import pytest

from core.settings import Settings
from tests.unit.prompts.case import up, use_fakes
from tests.unit.test_prompts import TEXTS


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a configuration and a home in which every prompt is made."""
    folder = tmp_path_factory.mktemp("built")
    (folder / "config").mkdir()
    (folder / "config/prompts.toml").write_text(TEXTS)
    (folder / "config/agents.toml").write_text('[[agent]]\nnumber = "8013"\n')
    with pytest.MonkeyPatch.context() as patch:
        use_fakes(patch)
        up(Settings(home=folder / "home", config_dir=folder / "config"))
    return folder


@pytest.fixture
def settings(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A built hotline of the test's own whose voice is a fake."""
    use_fakes(monkeypatch)
    shutil.copytree(built, tmp_path / "hotline")
    return Settings(home=tmp_path / "hotline/home", config_dir=tmp_path / "hotline/config")
