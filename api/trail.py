"""Writes the audit log's lines for whole addresses: what was changed, and what was refused."""

import structlog
from fastapi import FastAPI, Request
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.acting import Principal
from api.resources import Resources
from people.audit_log import Entry, What, append

log = structlog.get_logger()


async def keep(opened: Resources, entry: Entry) -> None:
    """Add a line in a transaction of its own. What cannot be kept is not done: errors pass."""
    async with opened.sessions.begin() as session:
        await append(session, opened.settings.secrets.audit.encode(), entry)


def entry_by(who: Principal, what: What, object_: str, reason: str = "") -> Entry:
    """Say in a line who did it; a program stands there under the name it acts for."""
    return Entry(who.name or "program", what, object_, reason, who.role or "")


class Trail:
    """Adds a line before an answer leaves: of kept addresses, and of refusals to known people."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def send_and_keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                await _keep_if_due(Request(scope), message["status"])
            await send(message)

        await self._app(scope, receive, send_and_keep if scope["type"] == "http" else send)


def install(app: FastAPI) -> None:
    """Watch every answer of the app."""
    app.add_middleware(Trail)


async def _keep_if_due(request: Request, status: int) -> None:
    who: Principal | None = getattr(request.state, "principal", None)
    what = What.REFUSED if status == 403 else getattr(request.state, "kept", None)
    if who is None or what is None or (status >= 400 and status != 403):
        return
    address = f"{request.method} {request.url.path}"
    try:
        await keep(request.app.state.resources, entry_by(who, what, address))
    except (SQLAlchemyError, OSError):
        # It is done already, and its own record names who did it and why.
        log.exception("audit line lost", who=who.name, what=what, address=address)
