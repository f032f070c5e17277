"""arrive: a citizen's call has come in on a line; the first question Asterisk asks of it.

Answered in one round trip when no menu is played. Whatever goes wrong leaves HOTLINE_NEXT unset,
and the dialplan sends the caller to a human by itself.
"""

import secrets

from agi_scripts.agi_channel import AgiChannel
from core.phone import plain_number
from ivr.call import Call, Known
from ivr.desk import Desk
from ivr.engine import start
from telephony.agi import AgiSession
from tickets.numbers import is_query_code


async def arrive(desk: Desk, session: AgiSession) -> None:
    """Give the call its query code (查询码) and start the flow that its line points at.

    A case that came ahead of the voice has its code already; the dialplan passes it on.
    """
    request = session.request
    with desk.serving(request.uniqueid):
        line, alias, given, *_ = (*request.args, "", "", "")
        caller = plain_number(request.caller_id) or ""
        flow = desk.flows.for_call(alias, caller, request.uniqueid)
        code = given if is_query_code(given) else f"{secrets.randbelow(1_000_000):06}"
        call = Call(
            uid=request.uniqueid,
            caller=caller,
            channel=AgiChannel(session, desk.patience),
            equipment=desk.equipment,
            variables={Known.CODE: code, Known.LINE: line},
        )
        call.note("flow", flow=flow.name, version=flow.version, line=line)
        call.note("code", code=code)
        await start(flow, call)
