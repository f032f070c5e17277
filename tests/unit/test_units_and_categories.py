"""The shipped units and categories are the city's, and a slip in them is named where it stands."""

import re
from collections import Counter
from pathlib import Path

import pytest

from core.errors import ConfigError
from tests.unit.seed import Seed
from tickets.units import AREA, CENTER, UnitKind
from tickets.urgency import Urgency

pytestmark = pytest.mark.unit


@pytest.fixture
def seed(tmp_path: Path) -> Seed:
    return Seed(tmp_path)


def test_forty_units_eleven_areas_and_the_hotline_itself_handle_tickets(seed: Seed) -> None:
    units = seed.units()
    kinds = Counter(unit.kind for unit in units.by_code.values())
    assert kinds == {
        UnitKind.BUREAU: 27,
        UnitKind.VERTICAL: 2,
        UnitKind.UTILITY: 6,
        UnitKind.MASS_ORGANISATION: 3,
        UnitKind.TASK_FORCE: 1,
        UnitKind.PARTY: 1,
        UnitKind.AREA: 11,
        UnitKind.CENTER: 1,
    }
    assert units.by_code["SWG"].duty
    assert "停水" in units.by_code["SWG"].matters
    assert "371581" in units.areas


def test_fifteen_branches_hold_eighty_five_categories_each_with_a_lead(seed: Seed) -> None:
    categories = seed.categories()
    assert Counter(category.level for category in categories.values()) == {1: 15, 2: 85}
    assert all((c.handling is None) == (c.level == 1) for c in categories.values())


def test_a_category_says_who_leads_who_helps_and_how_urgent_it_is(seed: Seed) -> None:
    drains = seed.categories()["0204"].handling
    assert drains is not None
    assert (drains.lead, drains.co, drains.type) == ("SWG", ("CGJ", AREA), "QZ")
    assert drains.urgency is Urgency.URGENT
    gas = seed.categories()["0203"].handling
    assert gas is not None
    assert (gas.raised, gas.when) == (Urgency.CRITICAL, "泄漏")


def test_talk_of_officials_is_secret_and_nonsense_stays_with_the_hotline(seed: Seed) -> None:
    handlings = {code: c.handling for code, c in seed.categories().items() if c.handling}
    assert {code for code, handling in handlings.items() if handling.secret} == {"1501", "1502"}
    assert [code for code, handling in handlings.items() if handling.lead == CENTER] == ["1507"]


def test_a_file_saved_by_a_spreadsheet_program_reads_the_same(seed: Seed) -> None:
    path = seed.folder / "units.csv"
    text = path.read_text().replace("\n", "\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert seed.units() == Seed(seed.folder).units()


def test_a_third_level_grows_under_its_category(seed: Seed) -> None:
    seed.add("categories.csv", "020101,停水,SWG,ZJJ,QZ,normal,urgent,大面积,N,\n")
    assert seed.categories()["020101"].level == 3


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("FGW,又一个,又,市直,N,,x", "The unit code FGW is used already in line 2"),
        ("NEW,新单位,新,市属,N,,x", "'kind' is '市属'; it must be one of 市直"),
        ("NEW,新单位,新,市直,是,,x", "'duty' must be a text such as \"Y\""),
        ("NEW,新单位,新,市直,N,NIL,x", "'parent' names 'NIL'; no unit has this code"),
        ("NEW,新单位,新,市直,N,NEW,x", "The parents go round in a circle: NEW < NEW"),
        ("new,新单位,新,市直,N,,x", "'code' must be a text such as \"ZJJ\""),
        ("NEW,,新,市直,N,,x", "'name' must be one line"),
        ("NEW,新单位,新,市直,N,,x,y", "8 cells are written here; there are 7 columns"),
        ('NEW,"新单位,新,市直,N,,x', "This is not CSV"),
    ],
)
def test_a_wrong_unit_is_refused_at_its_line(seed: Seed, row: str, says: str) -> None:
    line = seed.add("units.csv", row + "\n")
    with pytest.raises(ConfigError, match=re.escape(says)) as refusal:
        seed.units()
    assert (refusal.value.line, Path(refusal.value.path).name) == (line, "units.csv")


def test_a_circle_over_several_units_is_found(seed: Seed) -> None:
    seed.add("units.csv", "AA,甲,甲,县直,N,BB,\nBB,乙,乙,县直,N,CC,\nCC,丙,丙,县直,N,AA,\n")
    with pytest.raises(ConfigError, match="AA < BB < CC < AA"):
        seed.units()


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("0101,又一次,ZJJ,,QZ,normal,,,N,", "The category code 0101 is used already in line 3"),
        ("0199,谁管,,,QZ,normal,,,N,", "'lead' is empty: nobody would handle these matters"),
        ("0199,谁管,XXX,,QZ,normal,,,N,", "'lead' names 'XXX'; no unit in units.csv"),
        ("0199,谁管,ZJJ,CGJ;XXX,QZ,normal,,,N,", "'co' names 'XXX'"),
        ("0199,谁管,ZJJ,CGJ;ZJJ,QZ,normal,,,N,", "ZJJ is given as lead and as co-handling"),
        ("0199,谁管,ZJJ,,求助,normal,,,N,", "'type' must be one of ZX, QZ"),
        ("0199,谁管,ZJJ,,QZ,紧急,,,N,", "'urgency' is '紧急'; it must be one of normal"),
        ("0199,谁管,ZJJ,,QZ,urgent,normal,何时,N,", "'raised' must be above 'urgent'"),
        ("0199,谁管,ZJJ,,QZ,normal,urgent,,N,", "'when' must be one line"),
        ("0199,谁管,ZJJ,,QZ,normal,,,,", "'secret' must be a text such as \"Y\""),
        ("9901,谁管,ZJJ,,QZ,normal,,,N,", "9901 belongs under 99, which is not in the file"),
        ("99,一级,ZJJ,,,,,,,", "A first-level category only groups; leave 'lead' empty"),
        ("1,一级,,,,,,,,", "'code' must be a text such as \"0501\""),
    ],
)
def test_a_wrong_category_is_refused_at_its_line(seed: Seed, row: str, says: str) -> None:
    line = seed.add("categories.csv", row + "\n")
    with pytest.raises(ConfigError, match=re.escape(says)) as refusal:
        seed.categories()
    assert (refusal.value.line, Path(refusal.value.path).name) == (line, "categories.csv")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"code,name\n", "The first line must be: code,name,short"),
        (b"", "The first line must be"),
        ("code,name,市".encode("gbk"), "save it as 'CSV UTF-8'"),
    ],
)
def test_a_file_that_is_no_table_of_units_is_refused(seed: Seed, content: bytes, says: str) -> None:
    (seed.folder / "units.csv").write_bytes(content)
    with pytest.raises(ConfigError, match=re.escape(says)):
        seed.units()


def test_a_missing_file_and_an_unknown_key_of_an_area_are_refused(seed: Seed) -> None:
    seed.change("areas.toml", "name", "nome")
    with pytest.raises(ConfigError, match="'nome' is not known here"):
        seed.units()
    (seed.folder / "units.csv").unlink()
    with pytest.raises(ConfigError, match="The file is missing"):
        seed.units()
