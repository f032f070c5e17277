"""The HTTP API: thin, JSON, mostly reads; every address needs a right (`api.rights`)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI

from api import (
    abandoned,
    agent_report,
    agents,
    alerts,
    callbacks,
    calls,
    cards,
    citizen,
    console,
    desk,
    duplicates,
    errors,
    exchange,
    exports,
    finding,
    flow_aliases,
    flow_drafts,
    flows,
    follow_ups,
    followers,
    health,
    incidents,
    lines,
    live,
    live_day,
    matters,
    outbound,
    oversight,
    people,
    pictures,
    prompts,
    queues,
    replays,
    reports,
    review_desk,
    seat_phone,
    security,
    sessions,
    staffing,
    suggestions,
    ticket_reports,
    tickets,
    trail,
    transfer_advice,
    transfers,
    views,
    year_on_year,
)
from api.docs import docs_of
from api.errors import MEDIA_TYPE, Problem
from api.resources import open_resources
from api.rights import guard
from api.transfers import open_transfers
from core.settings import Settings

_DESCRIPTION = (
    "Calls, tickets, figures, flows of this hotline. Numbers of callers are masked; every figure "
    "comes with its definition. People sign in at /api/session; programs carry the API key and "
    "name whom they act for. Errors are problem+json."
)

ROOMS = (
    health,
    sessions,
    people,
    calls,
    tickets,
    matters,
    follow_ups,
    followers,
    cards,
    finding,
    duplicates,
    suggestions,
    review_desk,
    views,
    exports,
    outbound,
    citizen,
    pictures,
    exchange,
    reports,
    ticket_reports,
    oversight,
    abandoned,
    callbacks,
    agents,
    seat_phone,
    desk,
    queues,
    prompts,
    staffing,
    lines,
    live,
    live_day,
    year_on_year,
    replays,
    flow_drafts,
    flow_aliases,
    flows,
    incidents,
    transfer_advice,
    alerts,
    transfers,
    agent_report,
)


def make_app(settings: Settings) -> FastAPI:
    """Return the app for one hotline; its connections open when it starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_resources(settings) as opened, open_transfers(settings) as hands:
            app.state.resources = opened
            app.state.transfers = hands
            yield

    app = FastAPI(
        title="12345 hotline",
        description=_DESCRIPTION,
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        responses={
            "4XX": {
                "description": "What is wrong with the request.",
                "content": {MEDIA_TYPE: {"schema": Problem.model_json_schema()}},
            }
        },
    )
    errors.install(app)
    trail.install(app)
    security.install(app, settings.bind)
    for room in ROOMS:
        app.include_router(room.router, dependencies=[Depends(guard)])
    app.include_router(docs_of(app))
    app.include_router(console.router)  # last: it answers whatever nobody else does
    return app
