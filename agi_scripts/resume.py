"""resume: the switch has done a step (queue, partner line, message) and asks what comes next.

Any worker may answer: where the call stands comes along as HOTLINE_STATE, and the version of the
flow it began with is kept on disk. Whatever goes wrong leaves HOTLINE_NEXT unset.
"""

from agi_scripts.agi_channel import AgiChannel
from core.phone import plain_number
from ivr import engine
from ivr.call import Call
from ivr.desk import Desk
from ivr.state import decode
from telephony.agi import AgiSession


async def resume(desk: Desk, session: AgiSession) -> None:
    """Go on from the step that was done, along the edge of its outcome."""
    request = session.request
    with desk.serving(request.uniqueid):
        state_word, outcome, *_ = (*request.args, "", "")
        state = decode(state_word)
        flow = desk.flows.version(state.flow, state.version)
        call = Call(
            uid=request.uniqueid,
            caller=plain_number(request.caller_id) or "",
            channel=AgiChannel(session, desk.patience),
            equipment=desk.equipment,
            variables=state.variables,
        )
        await engine.resume(flow, state.node, outcome, call)
