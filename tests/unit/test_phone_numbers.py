"""Phone numbers: one spelling for comparing, and never more digits shown than needed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.masking import mask_phone, mask_text
from core.phone import plain_number

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("13800000000", "13800000000"),
        ("+86 138-0000-0000", "13800000000"),
        ("8613800000000", "13800000000"),
        ("008613800000000", "13800000000"),
        ("013800000000", "13800000000"),
        ("１３８００００００００", "13800000000"),  # noqa: RUF001 - full-width, as pasted from a form
        ("0635/8200001", "06358200001"),
        ("+86 (635) 820.0001", "06358200001"),
        ("+8606358200001", "06358200001"),
        ("8200001", "8200001"),
        ("86352000", "86352000"),
        ("110", "110"),
        ("+852 2123 4567", "0085221234567"),
    ],
)
def test_every_spelling_of_a_number_is_the_same_number(raw: str, plain: str) -> None:
    assert plain_number(raw) == plain


@pytest.mark.parametrize(
    "raw",
    [
        None,
        "",
        "anonymous",
        "138' OR 1=1",
        "13800000000;x",
        '"138"',
        "1" * 200,
        "\x00138",
        "12",
        "张",
    ],
)
def test_text_that_is_no_number_is_never_picked_apart_for_digits(raw: str | None) -> None:
    assert plain_number(raw) is None


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("13800000000", "138****0000"),
        ("+8613812345678", "138****5678"),
        ("06358200001", "063****0001"),
        ("8200001", "8****01"),
        ("12345", "****5"),
        ("110", "***"),
        ("Robert'); DROP TABLE", "****"),
        (" \n", None),
        ("", None),
        (None, None),
    ],
)
def test_a_number_is_shown_without_its_middle(raw: str | None, shown: str | None) -> None:
    assert mask_phone(raw) == shown


@given(st.text(alphabet="0123456789", min_size=3, max_size=20))
def test_at_least_four_digits_of_any_longer_number_stay_hidden(raw: str) -> None:
    masked = mask_phone(raw)
    assert masked is not None
    assert masked.count("*") >= min(4, len(masked))


@given(st.text(max_size=250))
def test_no_text_breaks_the_mask(raw: str) -> None:
    masked = mask_phone(raw)
    assert masked is None or set(masked) <= set("0123456789*")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (
            "1764000000|1764000000.17|GEN|NONE|ENTERQUEUE||13812345678|1",
            "1764000000|1764000000.17|GEN|NONE|ENTERQUEUE||138****5678|1",
        ),
        (
            '"1764000000.123456","ANSWER","1764000000.17","+8613812345678","12345","8013"',
            '"1764000000.123456","ANSWER","1764000000.17","+861******5678","12345","8013"',
        ),
        (
            '{"at":1764000000.5,"call":"1764000000.17","kind":"asked","code":"048213"}',
            '{"at":1764000000.5,"call":"1764000000.17","kind":"asked","code":"0****3"}',
        ),
        ("call 13812345678.", "call 138****5678."),
        ("3,1", "3,1"),
    ],
)
def test_in_a_line_of_the_log_only_numbers_are_masked(line: str, shown: str) -> None:
    assert mask_text(line) == shown


def test_a_number_written_otherwise_is_hidden_where_it_is_known() -> None:
    assert mask_text("from 138-1234-5678 to 12345", "138-1234-5678") == "from 138****5678 to 12345"


@given(st.text(max_size=100), st.text(max_size=20))
def test_no_text_breaks_the_masking_of_text(line: str, secret: str) -> None:
    assert isinstance(mask_text(line, secret), str)
