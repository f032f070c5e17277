"""The walk through a flow: verb after verb until one hands the call back to the switch.

`start` and `resume` are called by the entry points in `agi_scripts`. The engine knows no verb by
name; a hang-up may end it at any await, and what happened until then is in the journal.
"""

from ivr.call import Call, Known
from ivr.counting import count, offered
from ivr.flow import Flow, Node, NoWayOn
from ivr.outcomes import KEY_OUTCOMES, Outcome
from ivr.results import NextStep, Result
from ivr.state import encode
from telephony.agi import HungUp

# No caller presses so many keys in one session; beyond it a human should hear them.
STEP_LIMIT = 200
_KEY_OF = {outcome: key for key, outcome in KEY_OUTCOMES.items()}


async def start(flow: Flow, call: Call) -> NextStep:
    """Begin a flow. Raises HungUp, and HotlineError when there is no way on."""
    call.variables = {Known.LANGUAGE: flow.language, **flow.variables, **call.variables}
    return await run(flow, flow.start, call)


async def resume(flow: Flow, node_id: str, outcome: str, call: Call) -> NextStep:
    """Go on where the switch has done a step and reports its outcome. Raises as `start`."""
    node = flow.node(node_id)
    call.note(
        "step",
        node=node.id,
        verb=node.verb.name,
        outcome=outcome[:40],
        ms=0,
        keys=_KEY_OF.get(outcome, ""),
    )
    key = _KEY_OF.get(outcome, "")
    incident = offered(call, key) if key not in getattr(node.verb, "keys", "") else None
    if incident is not None:
        return await _count(flow, node, call, incident)
    return await run(flow, node.follow(outcome), call)


async def run(flow: Flow, node: Node, call: Call) -> NextStep:
    """Walk from a node until the switch takes over. Raises as `start`."""
    for _ in range(STEP_LIMIT):
        result = await _perform(flow, node, call)
        if isinstance(result, NextStep):
            return result
        node = node.follow(result.outcome)
    raise NoWayOn(f"Flow {flow.name}@{flow.version} took {STEP_LIMIT} steps without an end.")


async def _perform(flow: Flow, node: Node, call: Call) -> Result:
    """Do one verb, hand over if that is what it says, and write down how it went."""
    ticks = call.equipment.ticks
    began = ticks()
    outcome, keys = str(Outcome.BROKEN), ""
    try:
        result = await node.verb.run(call)
        if isinstance(result, NextStep):
            await _hand_over(flow, node, call, result)
        outcome, keys = result.outcome, result.keys
        return result
    except HungUp:
        outcome = Outcome.HUNG_UP
        raise
    finally:
        ms = int((ticks() - began) * 1000)
        call.note("step", node=node.id, verb=node.verb.name, outcome=outcome, ms=ms, keys=keys)


async def _count(flow: Flow, node: Node, call: Call, incident: int) -> NextStep:
    """The caller pressed the key of an announcement that they heard while waiting."""
    step = await count(call, incident)
    await _hand_over(flow, node, call, step)
    return step


async def _hand_over(flow: Flow, node: Node, call: Call, step: NextStep) -> None:
    """Everything in one round trip; HOTLINE_NEXT last, since the dialplan takes it as the sign
    that we did not die half-way."""
    state = encode(flow.name, flow.version, node.id, call.variables)
    await call.channel.set_next(
        {**step.variables, "HOTLINE_STATE": state, "HOTLINE_NEXT": str(step.kind)}
    )
