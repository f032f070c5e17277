"""The web console: files that `./hotline up` built into the home, served with a strict policy.

Every address that is no other room's is the console's own page, which finds its way itself.
"""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi import Path as InPath
from fastapi.responses import FileResponse, HTMLResponse
from starlette.responses import Response

from api.errors import NotFound
from api.resources import Open
from core.settings import Settings

router = APIRouter(include_in_schema=False)

# Addresses of programs: a wrong one is told as a problem, not shown as a page.
_NOT_OURS = ("api/", "docs/", "health/")
_MISSING = (
    '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>12345</title>'
    "<h1>网页控制台尚未就绪</h1><p>热线正常运行，通话不受影响。</p>"
    "<h1>The web console is not built</h1>"
    "<p>The hotline itself works. Whoever runs it: ./hotline console build</p></html>"
)


def policy(settings: Settings) -> str:
    """Say what the console's pages may load: their own files, and the switch for the phone."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "media-src 'self' blob:",
            "font-src 'self'",
            f"connect-src 'self' {settings.phone_socket}",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


@router.get("/assets/{name}")
async def asset(opened: Open, name: Annotated[str, InPath(pattern=r"^[\w.-]{1,120}$")]) -> Response:
    """Serve a piece; its name holds its checksum, so that a browser may keep it for ever."""
    path = opened.settings.console_dir / "assets" / name
    if not path.is_file():
        raise NotFound("There is no such piece of the console; reload the page.")
    return FileResponse(path, headers={"Cache-Control": "public, max-age=31536000, immutable"})


@router.get("/favicon.svg")
async def icon(opened: Open) -> Response:
    """Serve the picture of the tab."""
    path = opened.settings.console_dir / "favicon.svg"
    if not path.is_file():
        raise NotFound("There is no picture.")
    return FileResponse(path, headers={"Cache-Control": "public, max-age=3600"})


@router.get("/{rest:path}")
async def page(request: Request, opened: Open, rest: str) -> Response:
    """Serve the console's page, which a browser asks anew each time."""
    if rest.startswith(_NOT_OURS) or "html" not in request.headers.get("accept", ""):
        raise NotFound("There is nothing at this address.")
    return _page(opened.settings.console_dir / "index.html", opened.settings)


def _page(index: Path, settings: Settings) -> Response:
    try:
        text = index.read_text()
    except FileNotFoundError:
        return HTMLResponse(_MISSING, status_code=503)
    headers = {"Content-Security-Policy": policy(settings), "Cache-Control": "no-cache"}
    return HTMLResponse(text, headers=headers)
