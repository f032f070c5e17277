"""The life of a flow over HTTP: two people, one of whom is told; a try that changes nothing."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api.app import make_app
from api.bodies import LIMIT
from core.clock import utc_now
from core.secrets import ensure_secrets
from core.settings import Settings
from ivr.life.repository import in_use
from ivr.published import published_file, write_published
from queues.models import Call
from tests.unit.fake_channel import CONFIG
from tickets.outcomes import Outcome

pytestmark = pytest.mark.integration

Sessions = async_sessionmaker[AsyncSession]
TEXT = (CONFIG / "flows/direct.yaml").read_text()
DRAFTS, ALIASES = "/api/flows/drafts", "/api/flows/aliases"


def worded(word: str) -> str:
    return TEXT.replace("title: 直通", f"title: {word}")


@pytest.fixture
async def api(
    database_url: str, tmp_path: Path, sessions: Sessions
) -> AsyncIterator[httpx.AsyncClient]:
    """The API, with a publisher who is quick."""
    settings = Settings(
        home=tmp_path, database_url=database_url, redis_url="unix:///nowhere", flow_review=False
    )
    ensure_secrets(settings.secrets_file)
    (tmp_path / "flows").mkdir()
    app = make_app(settings)
    door = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=door, base_url="http://127.0.0.1") as client,
    ):
        client.headers["Authorization"] = f"Bearer {settings.secrets.api}"
        client.headers["Hotline-Actor"] = quote("王")
        publisher = asyncio.create_task(_publish_for_ever(settings, sessions))
        yield client
        publisher.cancel()


async def _publish_for_ever(settings: Settings, sessions: Sessions) -> None:
    while True:
        async with sessions() as session:
            found = await in_use(session)
        write_published(published_file(settings), found.published)
        await asyncio.sleep(0.02)


async def begun(api: httpx.AsyncClient, text: str = TEXT) -> int:
    answer = await api.post(DRAFTS, json={"flow": "direct", "text": text, "reason": "noon"})
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"'), answer.text
    return int(answer.json()["id"])


async def published(api: httpx.AsyncClient, draft: int, **wish: object) -> httpx.Response:
    return await api.post(f"{DRAFTS}/{draft}/publish", json={"reason": "now", **wish})


def kind(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, str(answer.json()["type"]).removeprefix("urn:hotline:")


async def test_a_draft_is_written_judged_published_and_taken_back(api: httpx.AsyncClient) -> None:
    moved = (await published(api, await begun(api))).json()
    assert (moved["stands"], moved["in_effect"]) == ({"flow": "direct", "number": 1}, True)
    draft = await begun(api, worded("二"))
    judged = (await api.get(f"{DRAFTS}/{draft}/judgement")).json()
    assert judged["fit"]
    assert len(judged["trials"]) > 10
    assert (await published(api, draft)).json()["stands"]["number"] == 2
    back = await api.post(f"{ALIASES}/direct/rollback", json={"reason": "wrong"})
    assert (back.json()["kind"], back.json()["stands"]["number"]) == ("rollback", 1)
    history = (await api.get(f"{ALIASES}/direct/history", params={"limit": 2})).json()
    assert [(one["step"], one["actor"]) for one in history["items"]] == [(3, "王"), (2, "王")]
    assert history["next"] == "2"
    (flow,) = (await api.get("/api/flows")).json()
    assert (flow["name"], flow["newest"]["number"]) == ("direct", 2)


async def test_who_did_not_see_the_last_change_is_told(api: httpx.AsyncClient) -> None:
    draft = await begun(api)
    written = {"text": worded("二"), "reason": "title"}
    assert (await api.put(f"{DRAFTS}/{draft}", json=written)).status_code == 428
    first = await api.put(f"{DRAFTS}/{draft}", json=written, headers={"If-Match": '"1"'})
    assert (first.status_code, first.headers["etag"]) == (200, '"2"')
    late = await api.put(f"{DRAFTS}/{draft}", json=written, headers={"If-Match": '"1"'})
    assert kind(late) == (412, "flow-revision-changed")
    assert kind(await api.get(f"{DRAFTS}/999")) == (404, "flow-draft-unknown")
    wrong = await api.put(f"{DRAFTS}/{draft}", json=written, headers={"If-Match": "W/2"})
    assert wrong.status_code == 400


async def test_of_two_who_publish_one_gets_a_conflict(api: httpx.AsyncClient) -> None:
    await published(api, await begun(api))
    mine, theirs = await begun(api, worded("我")), await begun(api, worded("他"))
    answers = await asyncio.gather(published(api, mine), published(api, theirs))
    assert sorted(one.status_code for one in answers) == [200, 409]
    (told,) = [one for one in answers if one.status_code == 409]
    assert kind(told)[1] in ("flow-draft-stale", "flow-overtaken")
    old = await api.post(f"{ALIASES}/direct/rollback", json={}, headers={"If-Match": '"1"'})
    assert kind(old) == (412, "flow-revision-changed")


async def test_edits_of_a_draft_keep_its_comments(api: httpx.AsyncClient) -> None:
    draft = await begun(api)
    edits = {"edits": [{"edit": "set", "node": "record", "place": ["longest"], "value": 170}]}
    done = await api.patch(f"{DRAFTS}/{draft}", json=edits, headers={"If-Match": '"1"'})
    assert done.json()["text"] == TEXT.replace("longest: 180", "longest: 170")
    diff = await api.get("/api/flows/diff", params={"old": "direct", "new": f"draft:{draft}"})
    assert [one["sentence"] for one in diff.json()] == ["longest: 180 → 170"]
    lost = {"edits": [{"edit": "remove", "node": "nowhere"}]}
    refused = await api.patch(f"{DRAFTS}/{draft}", json=lost, headers={"If-Match": '"2"'})
    assert kind(refused) == (400, "flow-cannot-edit")


async def test_red_is_422_with_the_line_and_nobody_gets_it(api: httpx.AsyncClient) -> None:
    draft = await begun(api, TEXT.replace('      "9": police\n', "", 1))
    answer = await published(api, draft)
    assert kind(answer) == (422, "flow-red")
    assert "line" in answer.json()["detail"]
    assert (await api.get("/api/flows")).json() == []


async def test_a_version_is_read_as_it_was_written_and_as_json(api: httpx.AsyncClient) -> None:
    await published(api, await begun(api))
    assert (await api.get("/api/flows/direct/versions/1/yaml")).text == TEXT
    as_json = (await api.get("/api/flows/direct/versions/1/json")).json()
    assert as_json["nodes"]["human"]["keys"]["9"] == "police"
    page = (await api.get("/api/flows/direct/versions")).json()
    assert [one["number"] for one in page["items"]] == [1]
    assert kind(await api.get("/api/flows/direct/versions/2")) == (404, "flow-version-unknown")


async def test_a_try_tells_what_a_caller_would_live_through(api: httpx.AsyncClient) -> None:
    told: dict[str, object] = {
        "given": {"queues": {"GEN": "full"}},
        "story": [{"hears": "busy"}, {"presses": "1"}],
    }
    answer = (await api.post("/api/flows/simulate?what=direct", json=told)).json()
    assert (answer["end"], answer["faults"]) == ("callback", [])
    assert ("hears", "zh/busy") in {(one["kind"], one["what"]) for one in answer["lived"]}
    told = {"given": {"queues": {"GEN": "answered after 2"}}, "story": [{"hears": "busy"}]}
    answer = (await api.post("/api/flows/simulate?what=direct", json=told)).json()
    assert "did not come to pass" in answer["faults"][0]
    told["story"] = [{"sings": "busy"}]
    answer_2 = await api.post("/api/flows/simulate?what=direct", json=told)
    assert answer_2.status_code == 409
    assert "sings" in answer_2.text


async def test_a_body_of_ten_megabytes_is_not_read(api: httpx.AsyncClient) -> None:
    big = await api.post(DRAFTS, json={"flow": "direct", "text": "x" * 10 * LIMIT, "reason": ""})
    assert big.status_code == 413
    large = await api.post(DRAFTS, json={"flow": "direct", "text": "x" * 300_000, "reason": ""})
    assert large.status_code == 422


@pytest.mark.parametrize("text", ["a: &a [*a, *a]", "\0", "nodes: {}\nnodes: {}", "", "[" * 3000])
async def test_a_hostile_text_is_kept_from_callers_with_a_sentence(
    api: httpx.AsyncClient, text: str
) -> None:
    answer = await api.post(DRAFTS, json={"flow": "evil", "text": text})
    if answer.status_code == 400:
        assert kind(answer)[1] == "flow-bad-text"
        return
    refused = await published(api, answer.json()["id"])
    assert kind(refused) == (422, "flow-red")


async def test_the_sides_of_a_canary_stand_beside_each_other(
    api: httpx.AsyncClient, sessions: Sessions
) -> None:
    await published(api, await begun(api))
    draft = await begun(api, worded("二"))
    canary = {"percent": 25, "callers": ["13812345678", "139*"]}
    moved = (await published(api, draft, canary=canary)).json()
    assert moved["candidate"]["callers"] == ["138****5678", "139*"]
    own, new = [
        (await api.get(f"/api/flows/direct/versions/{number}")).json()["version"]
        for number in (1, 2)
    ]
    async with sessions.begin() as session:
        session.add_all(a_call(own, at, Outcome.ANSWERED, 20) for at in range(3))
        session.add_all(a_call(new, at, Outcome.ANSWERED, 8) for at in range(3, 5))
        session.add_all(a_call(new, at, Outcome.ABANDONED) for at in range(5, 7))
    found = (await api.get(f"{ALIASES}/direct/canary")).json()
    sides = [found[side]["figures"] for side in ("own", "candidate")]
    assert [one["answer_rate_gross"] for one in sides] == [1.0, 0.5]
    assert [one["mean_wait_from_call"] for one in sides] == [20.0, 8.0]
    assert {one["id"] for one in found["definitions"]} == set(sides[0])
    assert found["until"] is None
    stop = await api.post(f"{ALIASES}/direct/canary/stop", json={})
    assert stop.json()["candidate"] is None
    assert (await api.get(f"{ALIASES}/direct/canary")).json()["until"] is not None


def a_call(version: str, at: int, outcome: Outcome, seconds: float | None = None) -> Call:
    began = utc_now() + timedelta(milliseconds=at)
    return Call(
        uid=f"1764000000.{at}",
        node="node1",
        line="12345",
        did="12345",
        caller="13812345678",
        started_at=began,
        day=began.date(),
        flow="direct",
        flow_version=version,
        keys="",
        queue="GEN",
        queue_visits=1,
        human_requested_at=began,
        answered_at=began + timedelta(seconds=seconds) if seconds else None,
        ended_at=began + timedelta(seconds=60),
        outcome=outcome,
        orphaned=False,
        late_changes=0,
    )


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", DRAFTS, {"flow": "direct", "text": ""}),
        ("POST", f"{DRAFTS}/1/publish", {}),
        ("POST", f"{ALIASES}/direct/rollback", {}),
        ("PUT", f"{ALIASES}/direct/canary", {"flow": "direct", "number": 1}),
    ],
)
async def test_a_change_by_nobody_is_refused(
    api: httpx.AsyncClient, method: str, path: str, body: dict[str, object]
) -> None:
    del api.headers["Hotline-Actor"]
    assert (await api.request(method, path, json=body)).status_code == 400
