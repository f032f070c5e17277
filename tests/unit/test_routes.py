"""Routes: the most specific wins, what is not clear goes to people, townships get no duty."""

import re
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import SHANGHAI
from core.errors import ConfigError
from tests.unit.seed import CONFIG, Seed
from tickets.categories import load_categories
from tickets.durations import read_span
from tickets.limits_file import load_rules
from tickets.routes import ForReview, Matter, ReviewReason, Route, RouteRule, Routes
from tickets.units import load_units
from tickets.urgency import Urgency

pytestmark = pytest.mark.unit

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=SHANGHAI)
NIGHT = datetime(2026, 11, 24, 23, 0, tzinfo=SHANGHAI)
UNITS = load_units(CONFIG / "units.csv", CONFIG / "areas.toml")
CATEGORIES = load_categories(CONFIG / "categories.csv", UNITS, load_rules(CONFIG / "limits.toml"))


@pytest.fixture
def seed(tmp_path: Path) -> Seed:
    return Seed(tmp_path)


def matter(
    category: str | None, area: str | None = "371581", enterprise: bool = False, at: datetime = NOON
) -> Matter:
    return Matter(category, area, enterprise, at)


def routed(found: Route | ForReview) -> tuple[str, tuple[str, ...]]:
    assert isinstance(found, Route)
    return found.lead, found.co


def reason(found: Route | ForReview) -> ReviewReason:
    assert isinstance(found, ForReview)
    return found.reason


def by(*rules: RouteRule) -> Routes:
    return Routes(CATEGORIES, rules)


def test_without_a_route_the_category_decides_and_area_means_the_tickets_area() -> None:
    assert routed(by().resolve(matter("0204"))) == ("SWG", ("CGJ", "371581"))
    assert routed(by().resolve(matter("1203"))) == ("371581", ("NYJ",))
    assert routed(by().resolve(matter("1507"))) == ("center", ())


def test_people_decide_where_something_is_missing() -> None:
    assert reason(by().resolve(matter(None))) is ReviewReason.NO_CATEGORY
    assert reason(by().resolve(matter("99"))) is ReviewReason.NO_CATEGORY
    assert reason(by().resolve(matter("02"))) is ReviewReason.NO_CATEGORY
    assert reason(by().resolve(matter("1203", area=None))) is ReviewReason.NO_AREA
    # Who helps may be named later; who leads may not.
    assert routed(by().resolve(matter("0204", area=None))) == ("SWG", ("CGJ",))


def test_the_longer_category_and_the_narrower_conditions_win() -> None:
    rules = (
        RouteRule("02", lead="ZJJ"),
        RouteRule("0204", lead="CGJ"),
        RouteRule("0204", area="371581", lead="SLJ"),
        RouteRule("0204", area="371581", enterprise=True, lead="QYB"),
    )
    assert routed(by(*rules).resolve(matter("0201")))[0] == "ZJJ"
    assert routed(by(*rules).resolve(matter("0204", area="371502")))[0] == "CGJ"
    assert routed(by(*rules).resolve(matter("0204")))[0] == "SLJ"
    assert routed(by(*rules).resolve(matter("0204", enterprise=True)))[0] == "QYB"


def test_routes_of_which_none_is_the_narrowest_go_to_the_review_desk_with_both_named() -> None:
    here, firms = RouteRule("0204", area="371581"), RouteRule("0204", enterprise=True)
    found = by(here, firms).resolve(matter("0204", enterprise=True))
    assert found == ForReview(ReviewReason.AMBIGUOUS, (here, firms))
    wide_but_local = RouteRule("02", area="371581")
    narrow = RouteRule("0204")
    assert reason(by(wide_but_local, narrow).resolve(matter("0204"))) is ReviewReason.AMBIGUOUS


def test_a_route_speaks_only_in_its_hours_and_days() -> None:
    rule = RouteRule("0501", hours=((0, 360), (1320, 1440)), lead="CGJ")
    assert routed(by(rule).resolve(matter("0501", at=NIGHT)))[0] == "CGJ"
    assert routed(by(rule).resolve(matter("0501")))[0] == "GAJ"
    today = RouteRule("0501", since=date(2026, 11, 24), until=date(2026, 11, 24), lead="CGJ")
    assert routed(by(today).resolve(matter("0501")))[0] == "CGJ"
    tomorrow = RouteRule("0501", since=date(2026, 11, 25), lead="CGJ")
    assert routed(by(tomorrow).resolve(matter("0501")))[0] == "GAJ"
    over = RouteRule("0501", until=date(2026, 11, 23), lead="CGJ")
    assert routed(by(over).resolve(matter("0501")))[0] == "GAJ"


def test_a_route_sets_its_limit_and_never_lowers_the_urgency() -> None:
    found = by(RouteRule("0204", handle=read_span("2 wd"), urgency=Urgency.NORMAL)).resolve(
        matter("0204")
    )
    assert isinstance(found, Route)
    assert (str(found.handle), found.urgency) == ("2 wd", Urgency.URGENT)


def test_the_lead_is_never_its_own_helper_and_no_helper_is_named_twice() -> None:
    rule = RouteRule("0204", lead="area", co=("area", "CGJ", "CGJ"))
    assert routed(by(rule).resolve(matter("0204"))) == ("371581", ("CGJ",))


conditions = st.builds(
    RouteRule,
    category=st.sampled_from(["02", "0204"]),
    area=st.sampled_from([None, "371581", "371502"]),
    enterprise=st.sampled_from([None, True, False]),
    hours=st.sampled_from([None, ((0, 720),), ((720, 1440),)]),
    lead=st.sampled_from(["ZJJ", "CGJ"]),
)


@given(st.lists(conditions, max_size=6), st.booleans())
def test_the_order_of_the_file_never_decides(rules: list[RouteRule], enterprise: bool) -> None:
    one = by(*rules).resolve(matter("0204", enterprise=enterprise))
    other = by(*reversed(rules)).resolve(matter("0204", enterprise=enterprise))
    if isinstance(one, ForReview):
        assert isinstance(other, ForReview)
        assert set(one.rules) == set(other.rules)
    else:
        assert one == other


# The shipped file, and what is said about a wrong one


def test_the_shipped_routes_send_noise_at_night_to_the_police_at_once(seed: Seed) -> None:
    routes = seed.routes()
    night = routes.resolve(matter("0501", at=NIGHT))
    assert isinstance(night, Route)
    assert (night.lead, night.co, night.urgency) == ("GAJ", ("371581",), Urgency.EXPEDITED)
    assert routed(routes.resolve(matter("1401", enterprise=True))) == ("GXJ", ("QYB",))
    assert reason(routes.resolve(matter("1502"))) is ReviewReason.RULE


@pytest.mark.parametrize(
    ("route", "says"),
    [
        ('category = "0555"', "There is no category '0555' in categories.csv"),
        ('category = "5"', "'category' must be a text such as \"0501\""),
        ('category = "0501"\narea = "370100"', "There is no area '370100' in areas.toml"),
        ('category = "0501"\nlead = "XXX"', "'lead' names 'XXX'"),
        ('category = "0501"\nco = ["XXX"]', "'co' names 'XXX'"),
        ('category = "0501"\nco = "STJ"', "'co' must be a list of codes in quotes"),
        ('category = "0501"\nhandle = "2 days"', "'handle': '2 days' is no span of time"),
        ('category = "0501"\nhours = "22:00-06:00"', "split a night at 24:00"),
        ('category = "0501"\nurgency = "high"', "'urgency' is 'high'; it must be one of normal"),
        ('category = "0501"\nenterprise = 1', "'enterprise' must be true or false"),
        ('category = "0501"\nsince = "2027"', "'since' must be a day without quotes"),
        (
            'category = "0501"\nsince = 2027-02-01\nuntil = 2027-01-01',
            "ends on 2027-01-01, before it begins",
        ),
        ('category = "0501"\nlimit = "2 wd"', "'limit' is not known here"),
        ('category = "1502"\nlead = "XFJ"', "the same conditions as that of line"),
    ],
)
def test_a_wrong_route_is_refused_at_its_line(seed: Seed, route: str, says: str) -> None:
    line = seed.add("routes.toml", f"[[route]]\n{route}\n")
    with pytest.raises(ConfigError, match=re.escape(says)) as refusal:
        seed.routes()
    assert refusal.value.line == line


TOWNSHIP = "XZ01,某某镇,某某镇,乡镇街道,N,371581,\n"


@pytest.mark.parametrize("category", ["0303", "03"])
def test_no_route_hands_a_departments_duty_to_a_township(seed: Seed, category: str) -> None:
    seed.add("units.csv", TOWNSHIP)
    line = seed.add("routes.toml", f'[[route]]\ncategory = "{category}"\nlead = "XZ01"\n')
    with pytest.raises(ConfigError, match="0303 is a duty of departments, and XZ01") as refusal:
        seed.routes()
    assert refusal.value.line == line


def test_no_category_hands_a_departments_duty_to_a_township(seed: Seed) -> None:
    seed.add("units.csv", TOWNSHIP)
    seed.change("categories.csv", "0303,违法建设,CGJ", "0303,违法建设,XZ01")
    with pytest.raises(ConfigError, match=r"categories\.csv: 0303 is a duty of departments"):
        seed.routes()


def test_a_township_may_lead_what_is_no_departments_duty(seed: Seed) -> None:
    seed.add("units.csv", TOWNSHIP)
    seed.add("routes.toml", '[[route]]\ncategory = "1203"\nlead = "XZ01"\n')
    assert routed(seed.routes().resolve(matter("1203")))[0] == "XZ01"


def test_a_duty_that_is_no_category_is_refused(seed: Seed) -> None:
    seed.change("routes.toml", '"0303"', '"0399"')
    with pytest.raises(ConfigError, match="There is no category '0399'"):
        seed.routes()
