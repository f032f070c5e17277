"""Sub-flows with parameters: put in place once for each use, refused where they make no sense."""

from itertools import pairwise

import pytest

from core.errors import ConfigError
from ivr.compiler import compile_flow
from ivr.flow import Flow
from ivr.state import decode, encode
from ivr.subflows import DEEPEST
from tests.unit.fake_channel import FakeCall, shipped_inventory

pytestmark = pytest.mark.unit

OFFER = """subflows:
  offer:
    parameters: {said: prompt, patience: {type: seconds, default: 5}}
    start: ask
    nodes:
      ask:
        verb: menu
        prompt: $said
        timeout: $patience
        keys: {"1": taken}
        edges: {else: waits}
      taken: {verb: return, outcome: accepted}
      waits: {verb: return, outcome: refused}
"""
FLOW = """name: small
language: zh
start: human
nodes:
  human: {verb: queue, queue: GEN, edges: {answered: end, full: full, else: busy}}
  busy:
    verb: subflow
    subflow: offer
    with: {said: busy}
    edges: {accepted: end, else: human}
  full:
    verb: subflow
    subflow: offer
    with: {said: queue-timeout, patience: 9}
    edges: {accepted: end, refused: human}
  end: {verb: hangup}
"""


def compiled(text: str) -> Flow:
    return compile_flow(text, "small.yaml", "small", shipped_inventory())


def refusal(text: str) -> tuple[int | None, str]:
    with pytest.raises(ConfigError) as caught:
        compiled(text)
    return caught.value.line, caught.value.sentence


async def test_each_use_of_a_subflow_has_its_own_parameters() -> None:
    flow = compiled(FLOW + OFFER)
    assert set(flow.nodes) > {"busy", "busy.ask", "busy.taken", "full.ask"}
    call = await FakeCall(flow, answers=["", ""], outcomes=["gone", "full"]).run()
    assert call.heard == ["zh/busy", "zh/queue-timeout"]
    assert flow.nodes["full.ask"].verb.timeout == 9  # type: ignore[attr-defined]


async def test_a_subflow_ends_where_its_caller_says() -> None:
    call = await FakeCall(compiled(FLOW + OFFER), answers=["1"], outcomes=["gone"]).run()
    assert call.way == ["queue GEN", "hangup"]


def test_a_node_of_a_subflow_is_a_place_in_a_state() -> None:
    flow = compiled(FLOW + OFFER)
    state = encode(flow.name, flow.version, "busy.ask", {"lang": "zh"})
    assert decode(state).node == "busy.ask"


def test_a_change_of_a_subflow_is_a_new_version() -> None:
    changed = (FLOW + OFFER).replace("default: 5", "default: 6")
    assert compiled(FLOW + OFFER).version != compiled(changed).version


CIRCLE = """subflows:
  a: {start: x, nodes: {x: {verb: subflow, subflow: b, edges: {done: r}}, r: {verb: return, outcome: done}}}
  b: {start: x, nodes: {x: {verb: subflow, subflow: a, edges: {done: r}}, r: {verb: return, outcome: done}}}
"""  # noqa: E501
CALLS_A = (
    "name: small\nlanguage: zh\nstart: first\nnodes:\n"
    "  first: {verb: subflow, subflow: a, edges: {else: first}}\n"
)


def test_a_circle_of_subflows_is_refused_with_its_way() -> None:
    line, sentence = refusal(CALLS_A + CIRCLE)
    assert "circle: a → b → a" in sentence
    assert line == 8


def test_subflows_that_multiply_are_refused_before_they_fill_the_memory() -> None:
    def level(name: str, inner: str) -> str:
        uses = "".join(
            f"      n{i}: {{verb: subflow, subflow: {inner}, edges: {{done: r}}}}\n"
            for i in range(20)
        )
        back = "      r: {verb: return, outcome: done}\n"
        return f"  {name}:\n    start: n0\n    nodes:\n{uses}{back}"

    last = "  e: {start: r, nodes: {r: {verb: return, outcome: done}}}\n"
    bomb = "subflows:\n" + level("a", "b") + level("b", "c") + level("c", "e") + last
    assert "more than 2000 nodes" in refusal(CALLS_A + bomb)[1]


def test_a_chain_that_is_too_deep_is_refused() -> None:
    names = "abcdefg"
    chain = "".join(
        f"  {one}: {{start: x, nodes: {{x: {{verb: subflow, subflow: {other},"
        f" edges: {{done: r}}}}, r: {{verb: return, outcome: done}}}}}}\n"
        for one, other in pairwise(names)
    )
    last = "  g: {start: r, nodes: {r: {verb: return, outcome: done}}}\n"
    assert f"deeper than {DEEPEST}" in refusal(CALLS_A + "subflows:\n" + chain + last)[1]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("subflow: offer", "subflow: offr", "no sub-flow 'offr'. Known: offer"),
        ("with: {said: busy}", "with: {}", "must give 'said'"),
        ("with: {said: busy}", "with: {said: busy, mood: x}", "has no 'mood'"),
        ("said: busy", "said: nothing-such", "no prompt 'nothing-such'"),
        ("patience: 9", "patience: 9999", "not between"),
        ("patience: 9", "patience: soon", "not a number"),
        ("accepted: end, refused", "accepted: end, lost", "never ends in 'lost'"),
        ("accepted: end, refused: human", "accepted: end", "needs an edge for 'refused'"),
        ("prompt: $said", "prompt: $side", "no parameter 'side'"),
        ("said: prompt", "said: song", "no type of a parameter"),
        ("start: ask", "start: nowhere", "has no node 'nowhere'"),
        ("default: 5", "default: 0", "not between"),
        ("outcome: accepted", "outcome: '!'", "cannot name an outcome"),
        ("start: ask", "start: ask\n    colour: red", "has no 'colour'"),
        ("end: {verb: hangup}", "end: {verb: return, outcome: x}", "only a sub-flow can"),
        ("prompt: $said", "promt: $said", "'promt'"),
        ("  offer:", "  Offer:", "cannot name a sub-flow"),
        ("subflows:", "  x: {verb: hangup}\nsubflows:\n  idle: {start: r, nodes: {r: {verb: return, outcome: o}}}", "No node calls the sub-flow 'idle'"),  # noqa: E501
    ],
)  # fmt: skip
def test_every_slip_is_a_sentence_with_its_line(old: str, new: str, words: str) -> None:
    text = FLOW + OFFER
    assert old in text
    line, sentence = refusal(text.replace(old, new, 1))
    assert words in sentence
    assert line


def test_a_parameter_outside_a_subflow_is_only_a_word() -> None:
    assert "no prompt '$said'" in refusal(
        FLOW.replace("subflow: offer", "subflow: offer", 1).replace("end: {verb: hangup}", "end: {verb: play, prompt: $said, next: end}") + OFFER  # noqa: E501
    )[1]  # fmt: skip
