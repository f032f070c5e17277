"""Follow-up over HTTP and at the command line: claimed, recorded, masked."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api.app import make_app
from core.clock import SHANGHAI, local_day, utc_now
from core.secrets import ensure_secrets
from core.settings import CHECKOUT, Settings
from tests.integration.follow_ups import done
from tests.integration.ticket_life import Life
from tickets.city import load_city

pytestmark = pytest.mark.integration

ADDRESS = "http://127.0.0.1/api/follow-ups"
FIRST, SECOND = {"Hotline-Actor": "hf-1"}, {"Hotline-Actor": "hf-2"}
GOOD = {"ending": "answered", "service": 1, "handling": 2, "solved": "yes"}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The city's own rules, with calling allowed whenever the tests run."""
    folder = tmp_path / "config"
    folder.mkdir()
    for path in (CHECKOUT / "config").glob("*.*"):
        (folder / path.name).write_bytes(path.read_bytes())
    rules = folder / "followup.toml"
    assert '"08:30-12:00, 14:00-20:30"' in rules.read_text()
    rules.write_text(rules.read_text().replace("08:30-12:00, 14:00-20:30", "00:00-24:00"))
    return folder


@pytest.fixture
async def api(database_url: str, tmp_path: Path, config: Path) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(
        home=tmp_path, config_dir=config, database_url=database_url, redis_url="unix:///nowhere"
    )
    ensure_secrets(settings.secrets_file)
    app = make_app(settings)
    door = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=door, base_url=ADDRESS) as client,
    ):
        client.headers["Authorization"] = f"Bearer {settings.secrets.api}"
        yield client


@pytest.fixture
async def number(sessions: async_sessionmaker[AsyncSession], config: Path) -> str:
    """A ticket that was settled just now."""
    return await done(Life(sessions, utc_now(), load_city(config)))


async def test_a_follow_up_goes_from_the_list_to_an_archived_ticket(
    api: httpx.AsyncClient, number: str
) -> None:
    listed = (await api.get(ADDRESS, params={"ready": True})).json()
    assert [one["ticket"] for one in listed["items"]] == [number]
    assert listed["items"][0]["contact_number"] == "138****5678"
    claimed = await api.post(f"/{number}/claim", headers=FIRST)
    assert claimed.json()["claimed_by"] == "hf-1"
    mine = (await api.get(ADDRESS, params={"claimed_by": "hf-1"})).json()
    assert len(mine["items"]) == 1
    recorded = await api.post(f"/{number}/record", json=GOOD, headers=FIRST)
    assert recorded.status_code == 200, recorded.text
    assert (recorded.json()["state"], len(recorded.json()["history"])) == ("closed", 1)
    assert "13812345678" not in recorded.text + str(listed)
    ticket = (await api.get(f"http://127.0.0.1/api/tickets/{number}")).json()
    assert ticket["state"] == "CLOSED"
    assert [event["act"] for event in ticket["events"]][-3:] == ["call-back", None, "archive"]


async def test_somebody_elses_follow_up_is_refused_with_a_name(
    api: httpx.AsyncClient, number: str
) -> None:
    await api.post(f"/{number}/claim", headers=FIRST)
    for path, body in (("claim", None), ("record", GOOD)):
        refused = await api.post(f"/{number}/{path}", json=body, headers=SECOND)
        assert refused.status_code == 409
        assert refused.json()["type"] == "urn:hotline:claimed-by-another"
    assert "hf-1" in refused.json()["detail"]
    await api.post(f"/{number}/release", headers=SECOND)
    assert (await api.post(f"/{number}/claim", headers=SECOND)).status_code == 200


async def test_nonsense_is_refused_before_anything_is_written(
    api: httpx.AsyncClient, number: str
) -> None:
    await api.post(f"/{number}/claim", headers=FIRST)
    for body, status in (
        ({"ending": "answered", "service": 6, "handling": 1, "solved": "yes"}, 422),
        ({"ending": "answered", "solved": "maybe"}, 422),
        (GOOD | {"extra": 1}, 422),
        (GOOD | {"reason": "x" * 501}, 422),
        ({"ending": "no-answer", "service": 1}, 400),
        (GOOD | {"handling": 5}, 400),
    ):
        refused = await api.post(f"/{number}/record", json=body, headers=FIRST)
        assert refused.status_code == status, refused.text
    assert (await api.get(f"/{number}")).json()["history"] == []
    assert (await api.get("/LC2026112499999")).status_code in (404, 422)


async def test_a_reason_that_holds_a_number_is_masked(api: httpx.AsyncClient, number: str) -> None:
    await api.post(f"/{number}/claim", headers=FIRST)
    body = GOOD | {"handling": 5, "reason": "让我打13987654321找张科"}
    recorded = await api.post(f"/{number}/record", json=body, headers=FIRST)
    assert "13987654321" not in recorded.text
    assert utc_now().astimezone(SHANGHAI).strftime("%Y-%m-%d") in recorded.json()["ended_at"]


async def test_the_report_says_what_it_counts_and_lists_it(
    api: httpx.AsyncClient, number: str
) -> None:
    await api.post(f"/{number}/claim", headers=FIRST)
    await api.post(f"/{number}/record", json=GOOD, headers=FIRST)
    today = local_day(utc_now()).isoformat()
    days = {"from": today, "to": today}
    report = (await api.get("/report", params=days)).json()
    assert report["total"]["figures"]["follow_up_solved_rate"] == 1.0
    assert all(one["formula"] for one in report["definitions"])
    listed = (await api.get("/report/solved", params=days)).json()
    assert [one["ticket"] for one in listed["items"]] == [number]
    assert (await api.get("/report/nonsense", params=days)).status_code == 422
