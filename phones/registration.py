"""Registers phones with the exchange by digest and waits for its answer."""

import asyncio
import uuid

from phones.errors import NotRegisteredError
from phones.orders import Report
from phones.phone import Phone

EXPIRES = 3600
LIMIT = 10.0


class Registrar:
    """The registrations of one phone; a pool registers many numbers from one phone."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self._waiting: dict[str, asyncio.Future[int]] = {}

    async def register(self, number: str, password: str, expires: int = EXPIRES) -> None:
        """Register a number for `expires` seconds, 0 ends it. Raises NotRegisteredError."""
        call_id = f"enrol-{uuid.uuid4().hex}"
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting[call_id] = answer
        headers = {"X-Account": number, "X-Password": password, "X-Expires": str(expires)}
        self._phone.tell("ENROL", call_id, headers)
        try:
            code = await asyncio.wait_for(answer, LIMIT)
        except TimeoutError:
            code = 408
        finally:
            del self._waiting[call_id]
        if code != 200:
            raise NotRegisteredError(number, code)
        self._phone.timeline.note(f"{'registered' if expires else 'unregistered'} {number}")

    def hear(self, report: Report) -> None:
        """Take sipp's report of how a registration ended."""
        answer = self._waiting.get(report.call_id)
        if answer is not None and not answer.done():
            answer.set_result(200 if report.name == "registered" else report.number("code") or 408)
