"""Figures as people say them, before synthesis and as recorded pieces."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings.mandarin import LIMIT
from recordings.normalise import UnknownPlaceholder, by_language, normalise
from recordings.spoken import (
    LANGUAGES,
    UnknownLanguage,
    Value,
    date_pieces,
    digits_pieces,
    duration_pieces,
    number_pieces,
    piece_texts,
    time_pieces,
    words,
)

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "零"),
        (2, "二"),
        (10, "十"),
        (12, "十二"),
        (20, "二十"),
        (22, "二十二"),
        (100, "一百"),
        (102, "一百零二"),
        (110, "一百一十"),
        (112, "一百一十二"),
        (200, "二百"),
        (1000, "一千"),
        (1001, "一千零一"),
        (1010, "一千零一十"),
        (2000, "两千"),
        (2222, "两千二百二十二"),
        (10010, "一万零一十"),
        (12000, "一万二千"),
        (20000, "两万"),
        (100000, "十万"),
        (101000, "十万一千"),
        (120012, "十二万零一十二"),
        (1100000, "一百一十万"),
        (200000000, "两亿"),
        (100010000, "一亿零一万"),
        (100000001, "一亿零一"),
        (1000000000000, "一万亿"),
        (-3, "负三"),
    ],
)
def test_a_quantity_is_said_as_mandarin_counts(value: int, said: str) -> None:
    assert words(value, "zh") == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "zero"),
        (13, "thirteen"),
        (21, "twenty-one"),
        (100, "one hundred"),
        (105, "one hundred and five"),
        (1001, "one thousand and one"),
        (1234567, "one million two hundred and thirty-four thousand five hundred and sixty-seven"),
        (-3, "minus three"),
    ],
)
def test_a_quantity_is_said_as_english_counts(value: int, said: str) -> None:
    assert words(value, "en") == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("12345", "幺二三四五"),
        ("110", "幺幺零"),
        ("8013", "八零幺三"),
        ("482913", "四八二，九幺三"),
        ("13800138000", "幺三八，零零幺三，八零零零"),
        ("06358212345", "零六三五，八二幺，二三四五"),
        ("8212345", "八二幺，二三四五"),
        ("2508310000017", "二五零八，三幺零零，零零零幺，七"),
    ],
)
def test_a_number_that_names_something_is_said_digit_by_digit(text: str, said: str) -> None:
    assert words(text, "zh") == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (time(0, 0), "凌晨零点"),
        (time(2, 0), "凌晨两点"),
        (time(9, 5), "上午九点零五分"),
        (time(12, 15), "中午十二点十五分"),
        (time(14, 30), "下午两点半"),
        (time(20, 2), "晚上八点零二分"),
    ],
)
def test_a_time_names_the_part_of_the_day(value: time, said: str) -> None:
    assert words(value, "zh") == said


@pytest.mark.parametrize(
    ("value", "lang", "said"),
    [
        (time(0, 0), "en", "twelve a.m."),
        (time(9, 5), "en", "nine oh five a.m."),
        (time(14, 30), "en", "two thirty p.m."),
        (date(2021, 12, 2), "zh", "二零二一年十二月二日"),
        (date(2026, 5, 21), "en", "May twenty-first twenty twenty-six"),
        (date(2005, 1, 30), "en", "January thirtieth two thousand and five"),
        (date(1900, 3, 20), "en", "March twentieth nineteen hundred"),
        (timedelta(hours=2, minutes=2), "zh", "两小时两分钟"),
        (timedelta(seconds=22), "zh", "二十二秒"),
        (timedelta(0), "zh", "零秒"),
        (timedelta(days=1, seconds=1), "en", "one day one second"),
        (timedelta(minutes=180), "en", "three hours"),
    ],
)
def test_times_dates_and_durations_become_words(value: Value, lang: str, said: str) -> None:
    assert words(value, lang) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("欢迎拨打聊城市12345热线", "欢迎拨打聊城市幺二三四五热线"),
        ("正在为您转接110报警服务台", "正在为您转接幺幺零报警服务台"),
        ("转接12348。如需转回12345，请按0。", "转接幺二三四八。如需转回幺二三四五，请按零。"),
        ("12345人工服务", "幺二三四五人工服务"),
        ("人工服务请按0；请按2", "人工服务请按零；请按二"),
        ("For English, press 8；请按9", "For English, press eight；请按九"),
        ("在2个工作日内", "在两个工作日内"),
        ("在1-3个工作日内", "在一至三个工作日内"),
        ("第2次", "第二次"),
        ("最长180秒，300人，22位", "最长一百八十秒，三百人，二十二位"),
        ("2026年2月12日", "二零二六年二月十二日"),
        ("2026-05-01 8:30", "二零二六年五月一日 上午八点半"),
        ("接通率99.5%，95%", "接通率百分之九十九点五，百分之九十五"),
        ("平均2.73天", "平均二点七三天"),
        ("共1,234件", "共一千二百三十四件"),
        ("市民2万", "市民两万"),
        ("２４小时", "二十四小时"),
        ("13800138000", "幺三八，零零幺三，八零零零"),
    ],
)
def test_no_figure_is_left_for_the_engine_to_guess_at(text: str, said: str) -> None:
    assert normalise(text, "zh") == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Call 12345 or 110.", "Call one two three four five or one one zero."),
        ("Press 8, within 24 hours.", "Press eight, within twenty-four hours."),
        ("at 9:05 on 2026-05-21", "at nine oh five a.m. on May twenty-first twenty twenty-six"),
        ("2-3 days, 99.5%", "two to three days, ninety-nine point five percent"),
    ],
)
def test_english_figures_become_english_words(text: str, said: str) -> None:
    assert normalise(text, "en") == said


@pytest.mark.parametrize("text", ["25:99", "2026-13-40", "9" * 400 + "个"])
def test_a_figure_that_cannot_be_what_it_looks_like_is_said_by_digits(text: str) -> None:
    said = normalise(text, "zh")

    assert not any(c.isdigit() for c in said)
    assert "点" not in said
    assert "月" not in said


def test_a_placeholder_is_said_by_the_type_of_its_value() -> None:
    text = "{工号}号受理员，{n}位，{day}，{at}"
    values: dict[str, Value] = {
        "工号": "8013",
        "n": 12,
        "day": date(2026, 8, 31),
        "at": time(17, 0),
    }

    assert (
        normalise(text, "zh", values)
        == "八零幺三号受理员，十二位，二零二六年八月三十一日，下午五点"
    )


def test_a_placeholder_without_a_value_is_refused_by_name() -> None:
    with pytest.raises(UnknownPlaceholder, match="工号"):
        normalise("{工号}号", "zh")


def test_control_characters_never_reach_an_engine() -> None:
    assert normalise("您好\x00\x1b\r\n再见", "zh") == "您好 再见"


def test_an_english_sentence_in_a_mandarin_prompt_is_spoken_as_english() -> None:
    text = normalise("请按4；For English, press 8；请按9。", "zh")

    assert by_language(text, "zh") == [
        ("zh", "请按四；"),
        ("en", "For English, press eight"),
        ("zh", "；请按九。"),
    ]


def test_a_single_foreign_word_stays_in_its_sentence() -> None:
    assert by_language("请使用APP反映。", "zh") == [("zh", "请使用APP反映。")]


def test_a_phone_number_of_any_shape_is_composed_without_its_country_code() -> None:
    assert digits_pieces("+86 138-0013\n8000", "zh") == digits_pieces("13800138000", "zh")
    assert digits_pieces("13800138000", "zh")[:5] == ["yao", "d3", "d8", "pause", "d0"]


@pytest.mark.parametrize("text", ["", "anonymous", "'; drop table", "張三\x00", "١٢٣"])
def test_a_caller_without_digits_is_composed_as_nothing(text: str) -> None:
    assert digits_pieces(text, "zh") == []


def test_a_date_is_composed_with_its_year_on_request() -> None:
    day = date(2026, 2, 12)

    assert date_pieces(day, "zh") == ["d2", "yue", "shi", "d2", "ri"]
    assert date_pieces(day, "zh", with_year=True)[:5] == ["d2", "d0", "d2", "d6", "nian"]
    assert date_pieces(day, "en") == ["february", "twelfth"]


def test_a_time_is_composed_with_two_as_liang() -> None:
    assert time_pieces(time(14, 30), "zh") == ["xiawu", "liang", "dian", "ban"]


@settings(deadline=None)  # a busy machine is no fault
@given(st.integers(min_value=1 - LIMIT, max_value=LIMIT - 1))
def test_every_mandarin_quantity_can_be_composed_from_pieces(value: int) -> None:
    texts = piece_texts("zh")

    assert "".join(texts[piece] for piece in number_pieces(value, "zh")) == words(value, "zh")


@settings(deadline=None)  # a busy machine is no fault
@given(st.dates(), st.times(), st.timedeltas(max_value=timedelta(days=10000)), st.text())
def test_every_value_has_only_pieces_that_exist(
    day: date, at: time, lasting: timedelta, number: str
) -> None:
    for lang in LANGUAGES:
        pieces = [
            *date_pieces(day, lang, with_year=True),
            *time_pieces(at, lang),
            *duration_pieces(lasting, lang),
            *digits_pieces(number, lang),
        ]
        assert set(pieces) <= set(piece_texts(lang))


@settings(deadline=None)  # a busy machine is no fault
@given(st.text(), st.sampled_from(LANGUAGES))
def test_any_text_without_placeholders_can_be_normalised(text: str, lang: str) -> None:
    said = normalise(text.replace("{", ""), lang)

    assert not any(c in "0123456789" for c in said)


def test_a_quantity_too_large_to_say_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        number_pieces(LIMIT, "zh")


def test_an_unknown_language_is_refused_by_name() -> None:
    with pytest.raises(UnknownLanguage, match="fr"):
        words("1", "fr")
