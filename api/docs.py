"""GET /docs: every door of the API on one plain page, without a byte from elsewhere."""

from html import escape

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse


def docs_of(app: FastAPI) -> APIRouter:
    """Return the page that lists an app's doors; the machine's version is /openapi.json."""
    router = APIRouter(include_in_schema=False)

    @router.get("/docs", response_class=HTMLResponse)
    async def docs() -> str:
        schema = app.openapi()
        doors = "".join(
            _door(path, method, operation)
            for path, methods in schema["paths"].items()
            for method, operation in methods.items()
        )
        title = escape(schema["info"]["title"])
        return (
            f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
            f"<h1>{title}</h1><p>{escape(schema['info']['description'])}</p>"
            f'<p>For programs: <a href="/openapi.json">/openapi.json</a></p><dl>{doors}</dl></html>'
        )

    return router


def _door(path: str, method: str, operation: dict[str, object]) -> str:
    place = escape(path)
    shown = place if "{" in path else f'<a href="{place}">{place}</a>'
    parameters = operation.get("parameters") or []
    assert isinstance(parameters, list)  # noqa: S101 - by the OpenAPI schema
    names = ", ".join(escape(str(parameter["name"])) for parameter in parameters)
    sentence = escape(str(operation.get("description") or operation.get("summary") or ""))
    return f"<dt>{method.upper()} {shown}</dt><dd>{sentence}<br>{names}</dd>"
