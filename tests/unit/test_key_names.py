"""Every key has a name that a dialplan can hold, and is found again by it."""

import pytest

from ivr.outcomes import KEYS
from telephony.keys import key_name, key_of

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("key", KEYS)
def test_a_key_is_found_again_by_its_name(key: str) -> None:
    assert key_name(key).isalnum()
    assert key_of(key_name(key)) == key
