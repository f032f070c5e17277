"""Ticket numbers survive being read aloud; query codes are six digits and unforeseeable."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.numbers import (
    is_query_code,
    is_ticket_number,
    luhn_digit,
    new_query_code,
    ticket_number,
)

pytestmark = pytest.mark.unit

DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31))
SEQUENCES = st.integers(min_value=1, max_value=3_000_000)


def test_a_number_says_the_day_and_the_sequence() -> None:
    assert ticket_number(date(2026, 11, 24), 42).startswith("LC261124000042")


def test_the_check_digit_is_that_of_the_standard() -> None:
    assert luhn_digit("7992739871") == 3


@given(DAYS, SEQUENCES)
def test_every_number_written_is_recognised(day: date, sequence: int) -> None:
    assert is_ticket_number(ticket_number(day, sequence))


@given(DAYS, SEQUENCES, st.data())
def test_one_misheard_digit_is_always_caught(day: date, sequence: int, data: st.DataObject) -> None:
    number = ticket_number(day, sequence)
    place = data.draw(st.integers(min_value=2, max_value=len(number) - 1))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != number[place]]))
    assert not is_ticket_number(number[:place] + other + number[place + 1 :])


@pytest.mark.parametrize("text", ["", "LC", "LC26112400004", "XX2611240000420", "LC26112400004２0"])  # noqa: RUF001
def test_other_text_is_no_number(text: str) -> None:
    assert not is_ticket_number(text)


def test_the_millionth_ticket_of_a_day_still_has_a_number_of_its_own() -> None:
    assert ticket_number(date(2026, 11, 24), 1_000_000).startswith("LC2611241000000")


def test_a_drawn_code_is_a_code() -> None:
    assert all(is_query_code(new_query_code()) for _ in range(1000))


@pytest.mark.parametrize(
    "text",
    [None, "", "12345", "1234567", "12345a", "12345\n", "１２３４５６"],  # noqa: RUF001
)
def test_other_text_is_no_code(text: str | None) -> None:
    assert not is_query_code(text)
