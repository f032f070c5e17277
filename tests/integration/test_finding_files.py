"""Views are each person's own; files are whole, masked, harmless to spreadsheets, and on record."""

import csv
import io
import re
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api.app import make_app
from core.secrets import ensure_secrets
from core.settings import Settings
from tests.integration.test_finding import ticket
from tests.integration.ticket_life import Life
from tickets.finding import exports
from tickets.finding.rows import Row
from tickets.finding.sheets import COLUMNS, Workbook, cell

pytestmark = pytest.mark.integration

Sessions = async_sessionmaker[AsyncSession]
REVIEWER = {"Hotline-Actor": "review-1", "Hotline-Role": "reviewer"}
LEADER = {"Hotline-Actor": "leader-1", "Hotline-Role": "leader"}


@pytest.fixture
async def api(database_url: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(home=tmp_path, database_url=database_url, redis_url="unix:///nowhere")
    ensure_secrets(settings.secrets_file)
    app = make_app(settings)
    door = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=door, base_url="http://127.0.0.1") as client,
    ):
        client.headers["Authorization"] = f"Bearer {settings.secrets.api}"
        yield client


@pytest.fixture
def life(sessions: Sessions) -> Life:
    return Life(sessions)


async def take(
    api: httpx.AsyncClient, kind: str, by: dict[str, str] = REVIEWER, **more: Any
) -> httpx.Response:
    return await api.post(
        "/api/matters/exports", json={"format": kind, "reason": "周报"} | more, headers=by
    )


async def test_the_list_over_http_finds_counts_and_pages(
    api: httpx.AsyncClient, life: Life
) -> None:
    made = [await ticket(life, title="路灯不亮") for _ in range(3)][::-1]
    first = (
        await api.get(
            "/api/matters", params={"text": "路灯", "limit": 2, "count": True}, headers=REVIEWER
        )
    ).json()
    assert [one["number"] for one in first["items"]] == made[:2]
    assert first["count"] == {"found": 3, "more": False}
    rest = {"text": "路灯", "limit": 2, "cursor": first["next"]}
    last = (await api.get("/api/matters", params=rest, headers=REVIEWER)).json()
    assert ([one["number"] for one in last["items"]], last["next"]) == ([made[2]], None)
    assert first["items"][0]["contact_number"] == "138****5678"


@pytest.mark.parametrize(
    ("params", "status", "slug"),
    [
        ({"text": "13812345678"}, 400, "bad-search"),
        ({"area": "999999"}, 400, "bad-search"),
        ({"since": "2026-02-01", "until": "2026-01-01"}, 400, "bad-search"),
        ({"cursor": "nonsense"}, 400, "bad-cursor"),
        ({"flavour": "x"}, 422, "malformed-request"),
        ({"state": "FLYING"}, 422, "malformed-request"),
        ({"limit": 1000}, 422, "malformed-request"),
    ],
)
async def test_a_question_that_cannot_be_asked_is_refused(
    api: httpx.AsyncClient, params: dict[str, Any], status: int, slug: str
) -> None:
    answer = await api.get("/api/matters", params=params, headers=REVIEWER)
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:hotline:{slug}")


async def test_views_are_each_persons_own(api: httpx.AsyncClient) -> None:
    filters = {"text": "停水", "state": ["DISPATCHED"], "area": "371502"}
    assert (
        await api.put("/api/matters/views/停水", json=filters, headers=REVIEWER)
    ).status_code == 204
    mine = (await api.get("/api/matters/views", headers=REVIEWER)).json()
    assert mine[0]["name"] == "停水"
    assert mine[0]["filters"]["state"] == ["DISPATCHED"]
    assert (await api.get("/api/matters/views", headers=LEADER)).json() == []
    assert (await api.delete("/api/matters/views/停水", headers=LEADER)).status_code == 404
    assert (await api.delete("/api/matters/views/停水", headers=REVIEWER)).status_code == 204
    wrong = await api.put("/api/matters/views/x", json={"area": "nowhere"}, headers=REVIEWER)
    assert wrong.json()["type"] == "urn:hotline:bad-search"


async def test_a_csv_is_masked_harmless_and_on_record(
    api: httpx.AsyncClient, life: Life, sessions: Sessions
) -> None:
    formula = '=HYPERLINK("http://x","y")'
    number = await ticket(life, title=formula, details="电话13812345678\n第二行", address="+1")
    taken = await take(api, "csv", filters={"area": "371502"})
    assert taken.text.startswith("\ufeff")
    head, row = csv.reader(io.StringIO(taken.text.removeprefix("\ufeff")))
    assert head == list(COLUMNS)
    one = dict(zip(head, row, strict=True))
    assert (one["工单编号"], one["标题"], one["地址"]) == (number, f"'{formula}", "'+1")
    assert one["内容"] == "电话138****5678\n第二行"
    async with sessions.begin() as session:
        kept = (await session.execute(text("SELECT who, reason, filters FROM ticket_export"))).one()
        assert kept == ("review-1 (reviewer)", "周报", {"area": "371502"})
    async with sessions.begin() as session:
        with pytest.raises(DBAPIError):
            await session.execute(text("DELETE FROM ticket_export"))


async def test_an_excel_file_is_whole_and_has_no_formulas(
    api: httpx.AsyncClient, life: Life
) -> None:
    for _ in range(3):
        await ticket(life, title="=1+1", details="井盖\x07丢失😀")
    with zipfile.ZipFile(io.BytesIO((await take(api, "xlsx")).content)) as book:
        assert book.testzip() is None
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert len(re.findall("<row ", sheet)) == 4
    assert "<f>" not in sheet
    assert "井盖丢失😀" in sheet
    assert "13812345678" not in sheet


async def test_many_at_once_need_a_second_person(
    api: httpx.AsyncClient, life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "ALONE", 1)
    monkeypatch.setattr(exports, "_AT_ONCE", 2)
    made = [await ticket(life, title="路灯") for _ in range(5)]
    alone = await take(api, "csv")
    assert alone.json()["type"] == "urn:hotline:needs-second-person"
    oneself = await take(api, "csv", confirmed_by="review-1")
    assert oneself.json()["type"] == "urn:hotline:bad-export"
    both = await take(api, "csv", confirmed_by="review-2")
    assert re.findall(r"LC\d+", both.text) == made[::-1]
    silent = await take(api, "csv", reason="  ")
    assert silent.json()["type"] == "urn:hotline:bad-export"


def test_a_full_sheet_is_followed_by_another(tmp_path: Path) -> None:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    row = Row(
        "LC1", at, "web", "NEW", None, None, None, None, "题", "文", "", "", None, None, None,
        None, None, "",
    )  # fmt: skip
    book = Workbook(tmp_path / "many.xlsx", most_lines=3)
    book.write([row] * 5)
    book.close()
    with zipfile.ZipFile(tmp_path / "many.xlsx") as made:
        sheets = [name for name in made.namelist() if name.startswith("xl/worksheets/sheet")]
        rows = [len(re.findall("<row ", made.read(name).decode())) for name in sheets]
    assert rows == [3, 3, 2]


@pytest.mark.parametrize("text_", ["=1", "+1", "-1", "@x", "\tx", "\r=1", "\uff1d1"])
def test_no_cell_is_a_formula(text_: str) -> None:
    assert cell(text_) == f"'{text_}"
