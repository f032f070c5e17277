"""Routes whose bodies are small: a larger one is refused before it fills our memory."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute
from starlette.types import Message

# Twice the largest flow, as JSON may write it.
LIMIT = 1024 * 1024


class SmallBodies(APIRoute):
    """Reads no more than LIMIT bytes of a request."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Count what comes in."""
        handle = super().get_route_handler()

        async def limited(request: Request) -> Response:
            received = 0

            async def receive() -> Message:
                nonlocal received
                message = await request.receive()
                received += len(message.get("body", b""))
                if received > LIMIT:
                    raise HTTPException(413, f"More than {LIMIT // 1024} KiB are not read here.")
                return message

            return await handle(Request(request.scope, receive))

        return limited
