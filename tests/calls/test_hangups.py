"""A caller may hang up at every node of both profiles: one class, one ticket, nothing left over."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from ivr.flow import Flow, Node
from ivr.outcomes import Outcome
from ivr.paths import spoken_ways
from ivr.state import encode
from ivr.store import flow_store
from phones.errors import PhoneError
from tests.calls.city import City

pytestmark = pytest.mark.call

# So many at once, and so many seconds into the node.
CROWD, LATER = 8, 1.0
_ENTRANCE = """
[hangups]
exten => s,1,CELGenUserEvent(HL-ARRIVED,12345)
 same => n,Answer()
 same => n,Set(AGIEXITONHANGUP=yes)
 same => n,Goto(citizen,resume,1)
"""
_DOOR = """[from-citizen](+)
exten => {number},1,Set(HOTLINE_STATE={state})
 same => n,Set(HOTLINE_OUTCOME={outcome})
 same => n,Goto(hangups,s,1)
"""


@dataclass(frozen=True)
class Door:
    """A number that leads straight to a node: by an outcome of the node before it."""

    number: str
    node: Node
    text: str


def doors(flow: Flow, first: int) -> Iterator[Door]:
    found: set[str] = set()
    for before, language in spoken_ways(flow):
        state = encode(flow.name, flow.version, before.id, {"lang": language, "code": "204060"})
        for edge, node in before.edges.items():
            outcome = edge if edge != Outcome.ELSE else _another(before)
            if node.id in found or not outcome:
                continue
            number = str(first + len(found))
            found.add(node.id)
            yield Door(number, node, _DOOR.format(number=number, state=state, outcome=outcome))


def _another(node: Node) -> str:
    """An outcome that has no edge of its own."""
    others = [str(one) for one in node.verb.outcomes if one not in node.edges]
    return others[0] if others else ""


@contextmanager
def opened(city: City, texts: list[str]) -> Iterator[None]:
    path = city.settings.home / "asterisk/etc/extensions.conf"
    before = path.read_text()
    path.write_text(before + _ENTRANCE + "".join(texts))
    try:
        city.console("dialplan reload")
        yield
    finally:
        path.write_text(before)
        city.console("dialplan reload")


async def _hangs_up_at(city: City, door: Door, crowd: asyncio.Semaphore) -> str | bytes:
    async with crowd, city.citizen(to=door.number) as citizen:
        await citizen.dial()
        await citizen.answered()
        try:
            await asyncio.sleep(LATER)
            await citizen.hangup()
        except PhoneError:
            pass  # the flow was faster
        return citizen.number


def _nodes_of(city: City) -> dict[str, set[str]]:
    nodes: dict[str, set[str]] = {}
    for line in map(json.loads, city.settings.journal.read_text().splitlines()):
        if line["kind"] == "step":
            nodes.setdefault(line["call"], set()).add(line["node"])
    return nodes


@pytest.mark.parametrize(("flow", "first"), [("direct", 7700100), ("menu", 7700200)])
async def test_a_caller_who_hangs_up_at_any_node_is_counted_once(
    city: City, flow: str, first: int
) -> None:
    current = flow_store(city.settings).current(flow)
    ways = list(doors(current, first))
    assert {door.node.id for door in ways} | {current.start.id} == set(current.nodes)
    crowd = asyncio.Semaphore(CROWD)
    with opened(city, [door.text for door in ways]):
        async with (
            city.agent(behaviour="ring"),
            city.partners("110", "1101", "12348", behaviour="ring"),
        ):
            callers = await asyncio.gather(*(_hangs_up_at(city, door, crowd) for door in ways))
            rows = [await city.row(caller) for caller in callers]
            await city.forgiven()
            await city.quiet()
    steps = _nodes_of(city)
    for door, row in zip(ways, rows, strict=True):
        assert door.node.id in steps.get(row["uid"], ()), (door.node.id, row["survival"])
        assert row["outcome"] not in (None, "technical_failure", "answered"), door.node.id
        assert row["survival"] is None, door.node.id
        tickets = city.query("SELECT 1 FROM ticket WHERE call_uid = %s", row["uid"])
        assert len(tickets) == 1, door.node.id
