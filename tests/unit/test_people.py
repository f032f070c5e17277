"""Signing in, what each role may do, and what wrong tries cost: the parts that need no database."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from people.codes import new_secret, step_of
from people.delays import FREE, LONGEST, delay_after
from people.errors import WeakPassword
from people.passwords import hash_password, is_password, new_password
from people.roles import MAY, UNITS, Permission, Role, permissions_of
from people.roster import plain_name

pytestmark = pytest.mark.unit

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def test_every_permission_is_somebodys_and_every_role_may_something() -> None:
    assert set(MAY) == set(Permission)
    assert all(MAY.values())
    assert all(permissions_of(role) for role in Role)
    assert all(role.on_the_door for role in Role)


def test_units_see_no_lists_of_calls_and_hear_no_recordings() -> None:
    hidden = {Permission.READ_CALLS, Permission.READ_TICKETS, Permission.LISTEN, Permission.EXPORT}
    assert not any(hidden & set(permissions_of(role)) for role in UNITS)


def test_who_runs_the_system_neither_reads_tickets_nor_their_own_record() -> None:
    mine = permissions_of(Role.ADMIN)
    assert Permission.REVEAL_NUMBER not in mine
    assert Permission.READ_AUDIT_LOG not in mine


def test_wrong_tries_cost_nothing_at_first_then_twice_as_much_each_time() -> None:
    costs = [delay_after(n).total_seconds() for n in range(FREE + 3)]
    assert costs == [0, 0, 0, 5, 10, 20]
    assert delay_after(10**6) == LONGEST


def test_a_password_is_known_again_and_never_kept_as_it_is() -> None:
    kept = hash_password("长密码0123456789", "wang")
    assert kept.startswith("$argon2id$")
    assert "0123456789" not in kept
    assert is_password(kept, "长密码0123456789")
    assert not is_password(kept, "长密码012345678")
    assert not is_password("no hash at all", "x")


@pytest.mark.parametrize("weak", ["", "short", "x" * 201, "WangWangWang"])
def test_a_weak_password_is_refused(weak: str) -> None:
    with pytest.raises(WeakPassword):
        hash_password(weak, "wangwangwang")


def test_made_up_passwords_differ_and_are_strong_enough_to_be_taken() -> None:
    made = {new_password() for _ in range(50)}
    assert len(made) == 50
    assert all(len(one) == 19 for one in made)


def test_a_code_counts_once_and_half_a_minute_early_or_late() -> None:
    secret = new_secret()
    code = pyotp.TOTP(secret).at(NOW)
    step = step_of(secret, code, NOW, 0)
    assert step is not None
    assert step_of(secret, code, NOW + timedelta(seconds=30), 0) == step
    assert step_of(secret, code, NOW + timedelta(seconds=90), 0) is None
    assert step_of(secret, code, NOW, step) is None
    assert step_of(secret, "\uff11\uff12\uff13\uff14\uff15\uff16", NOW, 0) is None


def test_a_name_is_the_same_in_any_width_and_case() -> None:
    assert plain_name("  \uff37ang.Li ") == plain_name("wang.li") == "wang.li"
