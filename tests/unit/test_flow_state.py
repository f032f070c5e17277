"""HOTLINE_STATE: what the switch keeps for us comes back unchanged or is refused."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import HotlineError
from ivr.call import Call
from ivr.engine import resume
from ivr.state import LONGEST, BadState, decode, encode
from tests.unit.fake_channel import FakeCall, shipped_flow

pytestmark = pytest.mark.unit

# What the dialplan may carry without taking anything for its own syntax.
SAFE = re.compile(r"[A-Za-z0-9@/_.=&%~:-]*")
PRINTABLE = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=20)


@given(
    st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{0,9}", fullmatch=True), PRINTABLE, max_size=4)
)
def test_a_state_survives_the_way_through_the_switch(variables: dict[str, str]) -> None:
    known = {**variables, "lang": "zh"}
    word = encode("direct", "3f2a91c0", "human", known)
    assert SAFE.fullmatch(word)
    state = decode(word)
    assert (state.flow, state.version, state.node) == ("direct", "3f2a91c0", "human")
    assert state.variables == known


def test_a_state_too_long_for_the_switch_is_refused_before_it_is_set() -> None:
    with pytest.raises(BadState, match="too long"):
        encode("direct", "3f2a91c0", "human", {"lang": "zh", "note": "x" * LONGEST})


@pytest.mark.parametrize(
    "word",
    [
        "",
        "human",
        "direct@3f2a91c0",
        "direct@3f2a91c0/human",
        "direct@3f2a91c0/human/",
        "direct@3f2a91c0/human/code=1",
        "direct@3f2a91c0/human/lang=../../etc",
        "direct@3f2a91c0/human/lang=zh&lang=en",
        "direct@3f2a91c0/human/lang=zh&",
        "direct@3f2a91c0/human/lang=zh&x",
        "direct@3f2a91c0/human/lang=zh&x=%",
        "direct@3f2a91c0/human/lang=zh&x=%ff",
        "direct@3f2a91c0/human/lang=zh&x=%FF%FE",
        "direct@3f2a91c0/human/lang=zh&x=%0A",
        "direct@3f2a91c0/human/lang=zh&x=%00",
        "direct@3f2a91c0/human/lang=zh&X=1",
        "direct@3f2a91c0/human/lang=zh&x=1,2",
        "direct@3f2a91c0/human/lang=zh\n",
        "direct@3f2a91c0/../human/lang=zh",
        "../direct@3f2a91c0/human/lang=zh",
        "direct@3F2A91C0/human/lang=zh",
        "direct@3f2a91c/human/lang=zh",
        "direct@３f2a91c0/human/lang=zh",  # noqa: RUF001 - a full-width digit is no digit
        "direct@3f2a91c0/human/lang=zh&x=" + "1" * LONGEST,
        "direct@3f2a91c0/human/lang=zh" + "".join(f"&a{n}=" for n in range(40)),
        "${HOTLINE_STATE}",
        "张三",
    ],
)
def test_a_hostile_or_broken_state_is_refused(word: str) -> None:
    with pytest.raises(BadState):
        decode(word)


@given(st.text())
def test_no_text_breaks_the_reading_of_a_state(word: str) -> None:
    with pytest.raises(BadState):
        decode(word)


@pytest.mark.parametrize(
    ("node", "outcome"),
    [("no-such-node", "key-1"), ("record", "key-1"), ("hangup", "answered"), ("police", "x" * 500)],
)
async def test_a_stale_state_or_a_foreign_outcome_is_an_error_not_a_guess(
    node: str, outcome: str
) -> None:
    flow = shipped_flow("direct")
    fake = FakeCall(flow)
    call = Call("1", "", fake.channel, fake.equipment, {"lang": "zh"})
    with pytest.raises(HotlineError):
        await resume(flow, node, outcome, call)
    assert fake.channel.commands == []
