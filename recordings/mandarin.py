"""Numbers, dates and times as the words that Mandarin says, in order; `spoken` uses it.

Every word is also the name of a recorded piece in `PIECES`, so that the phone can compose any
number while a call lasts without a speech engine.
"""

from collections.abc import Mapping, Sequence
from datetime import date, time

DIGITS = "零一二三四五六七八九"
ONE_ON_THE_PHONE = "幺"
PAUSE = "，"
TO = "至"
# Magnitudes from the greatest down; what is left below a tenth of one needs a 零 before it.
_MAGNITUDES = ((10**8, "亿"), (10**4, "万"), (1000, "千"), (100, "百"), (10, "十"))
LIMIT = 10**16
# A figure before one of these is a quantity, and a single 2 is 两. 月, 日, 号, 楼 name things and
# keep 二; 12345人工 is not a number of people. (Alternatives of a regular expression.)
MEASURES = (
    "个|位|名|次|天|周|小时|分钟|秒|条|件|项|元|米|公里|人(?!工)|万|亿|"
    "倍|年|种|家|户|份|遍|岁|度|吨"
)

PIECES: Mapping[str, str] = {
    **{word: f"d{value}" for value, word in enumerate(DIGITS)},
    ONE_ON_THE_PHONE: "yao",
    "两": "liang",
    "十": "shi",
    "百": "bai",
    "千": "qian",
    "万": "wan",
    "亿": "yi",
    "负": "fu",
    "年": "nian",
    "月": "yue",
    "日": "ri",
    "点": "dian",
    "半": "ban",
    "分": "fen",
    "凌晨": "lingchen",
    "上午": "shangwu",
    "中午": "zhongwu",
    "下午": "xiawu",
    "晚上": "wanshang",
    "天": "tian",
    "小时": "xiaoshi",
    "分钟": "fenzhong",
    "秒": "miao",
    PAUSE: "pause",
}


def number(value: int) -> list[str]:
    """Say a whole number as a quantity: 12 is 十二, 2000 两千, 10010 一万零一十."""
    if value < 0:
        return ["负", *number(-value)]
    if value >= LIMIT:
        raise ValueError(f"{value} is too large to be said as a quantity")
    words = _magnitudes(value) or ["零"]
    if words[:2] == ["一", "十"]:
        return words[1:]
    if words[0] == "二" and words[1:2] in (["千"], ["万"], ["亿"]):
        return ["两", *words[1:]]
    return words


def _magnitudes(value: int) -> list[str]:
    for size, word in _MAGNITUDES:
        if value >= size:
            head, rest = divmod(value, size)
            gap = ["零"] if 0 < rest < size // 10 else []
            return [*_magnitudes(head), word, *gap, *_magnitudes(rest)]
    return [DIGITS[value]] if value else []


def amount(value: int, measure: str) -> list[str]:
    """Say how many of something: two are 两, twelve 十二, one hundred and two 一百零二."""
    return [*(["两"] if value == 2 else number(value)), measure]


def digits(text: str) -> list[str]:
    """Say the decimal digits of a text one by one as on the phone, with 幺 for 1."""
    return [ONE_ON_THE_PHONE if d == "1" else DIGITS[int(d)] for d in text]


def fraction(text: str) -> list[str]:
    """Say a decimal number such as 2.73; digits after the point keep 一."""
    whole, _, rest = text.partition(".")
    return [*number(int(whole)), "点", *(DIGITS[int(d)] for d in rest)]


def percent(words: Sequence[str]) -> list[str]:
    """Say a share in hundredths; Mandarin puts the word first."""
    return ["百分之", *words]


def year(value: int) -> list[str]:
    """Say a year digit by digit with 一: 二零二一年."""
    return [*(DIGITS[int(d)] for d in str(value)), "年"]


def day(value: date) -> list[str]:
    """Say month and day: 十二月三日."""
    return [*number(value.month), "月", *number(value.day), "日"]


def full_date(value: date) -> list[str]:
    """Say year, month and day."""
    return [*year(value.year), *day(value)]


def clock(value: time) -> list[str]:
    """Say hour and minute with the part of the day: 下午两点半, 上午九点零五分."""
    hour = value.hour if value.hour <= 12 else value.hour - 12
    words = [_part_of_day(value.hour), *(["两"] if hour == 2 else number(hour)), "点"]
    if value.minute == 0:
        return words
    if value.minute == 30:
        return [*words, "半"]
    return [*words, *(["零"] if value.minute < 10 else []), *number(value.minute), "分"]


def _part_of_day(hour: int) -> str:
    for end, word in ((6, "凌晨"), (12, "上午"), (13, "中午"), (18, "下午")):
        if hour < end:
            return word
    return "晚上"


def duration(days: int, hours: int, minutes: int, seconds: int) -> list[str]:
    """Say how long: 两小时五分钟. Parts that are zero are left out; nothing at all is 零秒."""
    parts = ((days, "天"), (hours, "小时"), (minutes, "分钟"), (seconds, "秒"))
    words: list[str] = []
    for count, measure in parts:
        if count:
            words += amount(count, measure)
    return words or ["零", "秒"]


def join(words: Sequence[str]) -> str:
    """Write words as one text."""
    return "".join(words)
