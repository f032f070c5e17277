"""What was learnt from closed tickets is measured, safe to load, and only ever a suggestion."""

import json
import random
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api.app import make_app
from core.secrets import ensure_secrets
from core.settings import Settings
from jobs.suggestions import SuggestionJobs
from tests.integration.test_finding import ticket
from tests.integration.ticket_life import MORNING, Life
from tickets.acts import Act
from tickets.suggesting.model import BadModel, Model, NoModel, current, save
from tickets.suggesting.service import examples
from tickets.suggesting.training import Example, TooFewTickets, train

pytestmark = pytest.mark.integration

REVIEWER = {"Hotline-Actor": "review-1", "Hotline-Role": "reviewer"}
WORDS = {
    "0201": ("停水", "水压不足", "水质发黄"), "0202": ("停电", "电压不稳", "电线老化"),
    "0501": ("夜间施工噪声", "广场舞扰民"), "1502": ("干部违纪", "贪污线索"),
}  # fmt: skip


def written(count: int) -> list[Example]:
    draw = random.Random(3)
    made = []
    for place in range(count):
        category = draw.choice(list(WORDS))
        text = (
            f"来电人反映{draw.choice('东西南北')}小区{draw.choice(WORDS[category])}，希望尽快处理"
        )
        made.append(Example(place, category, text))
    return made


@pytest.fixture(scope="module")
def model() -> Model:
    return train(written(400), MORNING)


@pytest.fixture
async def api(database_url: str, tmp_path: Path, model: Model) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(home=tmp_path, database_url=database_url, redis_url="unix:///nowhere")
    ensure_secrets(settings.secrets_file)
    save(model, settings.models_dir)
    app = make_app(settings)
    door = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=door, base_url="http://127.0.0.1") as client,
    ):
        client.headers["Authorization"] = f"Bearer {settings.secrets.api}"
        yield client


def test_the_accuracy_is_of_tickets_that_were_never_learnt_from(model: Model) -> None:
    card = model.card
    assert card.learnt_from + card.held_out == 400
    assert card.held_out > 20
    assert card.right > card.always_commonest
    assert card.right_among_three >= card.right


def test_a_guess_says_how_sure_it_is_and_which_words_led_there(model: Model) -> None:
    first, *others = model.guess("我们小区从昨天停水到现在")
    assert first.category == "0201"
    assert "停水" in first.words
    assert first.confidence > others[0].confidence
    assert len(others) == 2
    assert model.guess("😀") == []


def test_what_was_saved_is_what_is_read(model: Model, tmp_path: Path) -> None:
    save(model, tmp_path)
    read = current(tmp_path)
    assert read.card == model.card
    assert read.guess("停电了") == model.guess("停电了")


def test_a_file_that_somebody_changed_is_not_read(model: Model, tmp_path: Path) -> None:
    with pytest.raises(NoModel):
        current(tmp_path)
    save(model, tmp_path)
    file = next(tmp_path.glob("*.npz"))
    file.write_bytes(file.read_bytes() + b"x")
    with pytest.raises(BadModel):
        current(tmp_path)


def test_a_file_that_would_run_code_is_not_read(model: Model, tmp_path: Path) -> None:
    save(model, tmp_path)
    file = next(tmp_path.glob("*.npz"))
    np.savez(file, categories=np.array([print], dtype=object), allow_pickle=True)
    import hashlib

    named = json.loads((tmp_path / "current.json").read_text())
    named["sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
    (tmp_path / "current.json").write_text(json.dumps(named))
    with pytest.raises(BadModel):
        current(tmp_path)


def test_too_little_to_learn_from_is_said() -> None:
    with pytest.raises(TooFewTickets, match="50 closed tickets"):
        train(written(50), MORNING)


async def test_the_city_s_own_closed_tickets_are_what_is_learnt_from(
    sessions: async_sessionmaker[AsyncSession], tmp_path: Path
) -> None:
    life = Life(sessions)
    number = await ticket(life, title="停水", details="电话13812345678", category="0201")
    await ticket(life, title="停电", category="0202")
    await life.act(number, Act.ANSWER)
    async with sessions() as session:
        found = await examples(session)
    assert [(one.category, "停水" in one.text, "138" in one.text) for one in found] == [
        ("0201", True, False)
    ]
    await SuggestionJobs(sessions, tmp_path).train(0)
    with pytest.raises(NoModel):  # too few to learn from is no failure
        current(tmp_path)


async def test_three_suggestions_with_their_units_and_nothing_decided(
    api: httpx.AsyncClient,
) -> None:
    asked = {"draft": {"title": "停水", "details": "小区停水", "area": "371502"}}
    answer = await api.post("/api/matters/suggestion", json=asked, headers=REVIEWER)
    said = answer.json()
    assert said["model"]["held_out"] > 0
    first = said["suggestions"][0]
    assert (first["category"], first["name"], first["lead"]) == ("0201", "供水", "SWG")
    secret = {"draft": {"details": "举报干部违纪贪污"}}
    answer = await api.post("/api/matters/suggestion", json=secret, headers=REVIEWER)
    first = answer.json()["suggestions"][0]
    assert (first["category"], first["lead"]) == ("1502", None)
    assert first["review"]
