"""`python -m benchmarks.finding [--tickets N]`: lists, searches, duplicates over a million tickets.

A private PostgreSQL is filled with invented tickets of one year and a quarter a million, then each
question is asked again and again with other words, through the code that the API calls. With a
million about ten minutes and four gigabytes, removed afterwards.
"""

import asyncio
import itertools
import random
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta

import psycopg
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.database import scratch_database
from benchmarks.machine import Machine
from benchmarks.report import verdict
from benchmarks.scratch import plain_url
from core.clock import utc_now
from core.database import make_engine, make_sessions
from core.settings import Settings, get_settings
from tickets.acts import Actor
from tickets.city import City, load_city
from tickets.finding import search
from tickets.finding.duplicates import duplicates
from tickets.finding.likeness import Told
from tickets.finding.wanted import Order, Wanted
from tickets.life.facts import Person
from tickets.states import TicketState

MILLION = 1_000_000
ROUNDS = 60
LONGEST_MS = 100.0
PER_YEAR = 1_250_000
# Nine of ten of the newest twentieth are still open.
OPEN_SHARE = 0.05
REVIEWER = Person("benchmark", Actor.REVIEWER)

Rows = tuple[tuple[object, ...], ...]
Ask = Callable[[AsyncSession, City], Awaitable[object]]

_HANZI = "东西南北中新老大小金银花柳湖河山水月星阳光明华福安康宁和平兴盛昌泰龙凤云天地春夏秋冬"
_KINDS = ("小区", "花园", "村", "社区", "家园", "市场", "学校", "广场", "大厦", "路口")
_MATTERS = {
    "0201": ("停水", "水压不足", "水质发黄", "水管漏水"), "0202": ("停电", "电压不稳", "线路老化"),
    "0205": ("暖气不热", "供暖温度不达标"), "0206": ("路灯不亮", "井盖丢失", "井盖破损"),
    "0301": ("占道经营", "流动摊点扰民"), "0302": ("垃圾没有清运", "垃圾桶满溢"),
    "0403": ("道路坑洼", "路面塌陷"), "0501": ("夜间施工噪声", "广场舞扰民"),
    "0601": ("拖欠工资", "农民工工资未发"), "0804": ("医保报销", "异地就医备案"),
    "1001": ("家电质量问题", "商家不退款"), "1101": ("工厂异味", "工地扬尘"),
}  # fmt: skip
_BEFORE = ("来电人反映", "市民来电称", "来电人咨询", "居民反映")
_MIDDLE = (
    "已经持续三天",
    "影响居民正常生活",
    "多次联系物业未果",
    "昨天晚上开始",
    "一直没有人处理",
    "存在安全隐患",
)
_AFTER = ("希望相关部门尽快处理。", "请核实并给予答复。", "要求尽快解决。", "希望得到回复。")

_AT_ONCE = 20_000
_TABLES = (
    "ticket (id, number, channel, external_id, query_code, line, caller, state, new_at, closed_at)",
    "matter (ticket_id, type, urgency, category, area, title, details, address, contact_name, "
    "changed_at)",
    "ticket_task (ticket_id, unit, role, opened_at)",
    'ticket_clock (ticket_id, kind, unit, "limit", started_at, first_due_at, due_at, provisional, '
    "edition)",
)


class Invented:
    """Places and texts that repeat as those of a city do: few common words, many places."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        names = ("".join(self.draw.sample(_HANZI, 3)) for _ in range(4_000))
        self.places = [name + self.draw.choice(_KINDS) for name in names]

    def matter(self) -> tuple[str, str, str, str]:
        """Return category, title, details, address."""
        draw = self.draw
        category = draw.choice(list(_MATTERS))
        what, place = draw.choice(_MATTERS[category]), draw.choice(self.places)
        house = f"{draw.randint(1, 40)}号楼{draw.randint(1, 6)}单元"
        details = (
            f"{draw.choice(_BEFORE)}：{place}{house}{what}，{draw.choice(_MIDDLE)}，"
            f"{draw.choice(_MIDDLE)}，附近{draw.choice(self.places)}也有同样情况。"
            f"{draw.choice(_AFTER)}"
        )
        return category, f"{place}{what}", details, f"{place}{house}"


def main(settings: Settings, tickets: int) -> None:
    """Fill, measure and print."""
    print(Machine.this().text())
    city = load_city(settings.config_dir)
    began = time.monotonic()
    _fill(settings, city, tickets)
    print(f"{tickets:,} tickets written and indexed in {time.monotonic() - began:.0f} s")
    _sizes(settings)
    asyncio.run(_measure(settings, city))


async def _measure(settings: Settings, city: City) -> None:
    engine = make_engine(settings.database)
    sessions = make_sessions(engine)
    for name, asks in _questions().items():
        took = []
        for ask in asks:
            async with sessions() as session:
                began = time.perf_counter()
                await ask(session, city)
                took.append((time.perf_counter() - began) * 1000)
        _tell(name, took[2:])  # the first two warm up
    await engine.dispose()


def _tell(name: str, took: list[float]) -> None:
    p95 = statistics.quantiles(took, n=20)[-1]
    print(
        f"{name:34} ms median {statistics.median(took):7.1f}  95 % {p95:7.1f}  "
        f"longest {max(took):7.1f}  {verdict(p95 <= LONGEST_MS)}",
        flush=True,
    )


def _questions() -> dict[str, Iterator[Ask]]:
    world = Invented(7)
    draw = world.draw
    areas = ("371502", "371521", "371581")

    def listing(make: Callable[[], Wanted]) -> Iterator[Ask]:
        return (_list(make()) for _ in range(ROUNDS + 2))

    def word() -> str:
        return draw.choice(draw.choice(list(_MATTERS.values())))[:2]

    return {
        "newest": listing(Wanted),
        "newest of an area": listing(lambda: Wanted(area=draw.choice(areas))),
        "waiting for the desk": listing(lambda: Wanted(state=(TicketState.TRIAGE,))),
        "open, of a category and area": listing(
            lambda: Wanted(open=True, category=draw.choice(list(_MATTERS)), area=draw.choice(areas))
        ),
        "of a unit": listing(lambda: Wanted(unit=draw.choice(("SWG", "GAJ", "YBJ")))),
        "soonest due": listing(lambda: Wanted(order=Order.DUE)),
        "of a caller": listing(lambda: Wanted(caller=f"1390{draw.randrange(10**7):07d}")),
        "a week, months back": listing(lambda: _old_week(draw)),
        "a common word": listing(lambda: Wanted(text=word())),
        "one character": listing(lambda: Wanted(text=draw.choice("水电灯井路"))),
        "a place": listing(lambda: Wanted(text=draw.choice(world.places))),
        "a place and a word": listing(lambda: Wanted(text=f"{draw.choice(world.places)} {word()}")),
        "a word that nobody wrote": listing(lambda: Wanted(text="麒麟" + draw.choice(_HANZI))),
        "a word, of an area, open": listing(
            lambda: Wanted(text=word(), area=draw.choice(areas), open=True)
        ),
        "a common word, counted": (_count(Wanted(text=word())) for _ in range(ROUNDS + 2)),
        "duplicates of a draft": (_alike(world) for _ in range(ROUNDS + 2)),
    }


def _old_week(draw: random.Random) -> Wanted:
    since = (utc_now() - timedelta(days=draw.randint(250, 280))).date()
    return Wanted(since=since, until=since + timedelta(days=6))


def _list(wanted: Wanted) -> Ask:
    async def ask(session: AsyncSession, city: City) -> object:
        return await search.find(session, search.question_of(wanted, REVIEWER, city), 51)

    return ask


def _count(wanted: Wanted) -> Ask:
    async def ask(session: AsyncSession, city: City) -> object:
        return await search.count(session, search.question_of(wanted, REVIEWER, city))

    return ask


def _alike(world: Invented) -> Ask:
    category, title, details, address = world.matter()
    phone = f"1390{world.draw.randrange(10**7):07d}"
    told = Told(f"{title} {details}", address, "371502", category, phone)

    async def ask(session: AsyncSession, city: City) -> object:
        del city
        return await duplicates(session, told, REVIEWER)

    return ask


def _fill(settings: Settings, city: City, tickets: int) -> None:
    with psycopg.connect(plain_url(settings), autocommit=True) as connection:
        connection.execute("ALTER TABLE matter DISABLE TRIGGER found")
        connection.execute("ALTER TABLE ticket_clock DISABLE TRIGGER found")
        connection.execute("DROP INDEX ix_ticket_wording_body")
        connection.execute("SET maintenance_work_mem = '1GB'")
        _copy(connection, city, tickets)
        connection.execute(
            "INSERT INTO ticket_facets (ticket_id, opened_at, state, channel, type, urgency, "
            "category, area, secrecy, due_at) SELECT t.id, t.new_at, t.state, t.channel, m.type, "
            "m.urgency, m.category, m.area, m.secrecy, c.due_at FROM ticket t JOIN matter m "
            "ON m.ticket_id = t.id LEFT JOIN ticket_clock c ON c.ticket_id = t.id"
        )
        connection.execute(
            "INSERT INTO ticket_wording SELECT t.id, t.new_at, findable_body(m, t.new_at) "
            "FROM ticket t JOIN matter m ON m.ticket_id = t.id"
        )
        connection.execute(
            "CREATE INDEX ix_ticket_wording_body ON ticket_wording USING gin (body gin_trgm_ops)"
        )
        connection.execute("VACUUM ANALYZE")


def _copy(connection: psycopg.Connection, city: City, tickets: int) -> None:
    for batch in batched(_rows(Invented(7), city, tickets), _AT_ONCE):
        for place, table in enumerate(_TABLES):
            with connection.cursor().copy(f"COPY {table} FROM STDIN".encode()) as copy:
                for row in batch:
                    if row[place]:
                        copy.write_row(row[place])


def batched(rows: Iterator[Rows], size: int) -> Iterator[list[Rows]]:
    while batch := list(itertools.islice(rows, size)):
        yield batch


def _rows(world: Invented, city: City, tickets: int) -> Iterator[Rows]:
    draw, now = world.draw, utc_now()
    areas = sorted(city.units.areas)
    step = timedelta(days=365) / PER_YEAR
    for place in range(tickets):
        at: datetime = now - step * (tickets - place)
        open_ = place > tickets * (1 - OPEN_SHARE) and draw.random() < 0.9
        state = (
            draw.choice(("TRIAGE", *["DISPATCHED"] * 5, *["SIGNED"] * 14)) if open_ else "CLOSED"
        )
        category, title, details, address = world.matter()
        handling = city.routes.categories[category].handling
        lead = handling.lead if handling and handling.lead != "area" else "ZJJ"
        number, id_ = f"LC{place:013d}", place + 1
        caller = f"1390{draw.randrange(10**7):07d}"
        due = at + timedelta(days=7)
        yield (
            (id_, number, draw.choice(("web", "app", "wechat")), number, "123456", "12345", caller,
             state, at, None if open_ else at),
            (id_, "QZ", "normal", category, draw.choice(areas), title, details, address, "王先生",
             at),
            (id_, lead, "lead", at),
            (id_, "handle", lead, "5 wd", at, due, due, False, "x") if open_ else (),
        )  # fmt: skip


def _sizes(settings: Settings) -> None:
    with psycopg.connect(plain_url(settings)) as connection:
        for name in ("ticket_wording", "ix_ticket_wording_body", "ticket_facets"):
            row = connection.execute("SELECT pg_relation_size(%s::regclass)", [name]).fetchone()
            print(f"{name:34} {(row[0] if row else 0) / 1e6:,.0f} MB")


if __name__ == "__main__":
    many = int(sys.argv[sys.argv.index("--tickets") + 1]) if "--tickets" in sys.argv else MILLION
    with scratch_database(get_settings()) as here:
        main(here, many)
