"""Is each part healthy? Asked after start and by `./hotline status`; an answer is a sentence."""

import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import psycopg
import redis

from core.settings import Settings
from ivr.published import NothingPublished, published_file, read_published
from stack.switch import Switch

_LONGEST_SILENCE = 10.0
Check = Callable[[Settings, Switch], str]


def health_of(name: str, settings: Settings, switch: Switch) -> str:
    """Return "" when the part is healthy, else what is wrong with it."""
    check = CHECKS.get(name)
    return check(settings, switch) if check else ""


def _postgres(settings: Settings, _: Switch) -> str:
    password = settings.secrets.database
    try:
        with psycopg.connect(
            f"host={settings.run_dir} user=hotline password={password} dbname=postgres",
            connect_timeout=3,
        ) as connection:
            connection.execute("SELECT 1")
    except psycopg.OperationalError as error:
        return str(error).strip()
    return ""


def _redis(settings: Settings, _: Switch) -> str:
    try:
        with redis.Redis.from_url(settings.redis, socket_timeout=3) as client:
            client.ping()
    except redis.RedisError as error:
        return str(error)
    return ""


def _asterisk(settings: Settings, switch: Switch) -> str:
    return "" if "System uptime" in console(settings, switch, "core show uptime") else "not booted"


def console(settings: Settings, switch: Switch, line: str) -> str:
    """Run one line on Asterisk's console and return what it printed."""
    configuration = str(settings.home / "asterisk/etc/asterisk.conf")
    run = subprocess.run(  # noqa: S603
        [*switch.command, "-C", configuration, "-rx", line],
        capture_output=True,
        text=True,
        check=False,
        timeout=15,
    )
    return run.stdout


def _agi(settings: Settings, _: Switch) -> str:
    return _accepts("127.0.0.1", settings.agi_port)


def _accepts(host: str, port: int) -> str:
    try:
        socket.create_connection((host, port), timeout=2).close()
    except OSError as error:
        return f"port {port}: {error.strerror or error}"
    return ""


def _ledger(settings: Settings, _: Switch) -> str:
    url = settings.database.replace("postgresql+psycopg://", "postgresql://")
    query = "SELECT max(seen_at) > now() - interval '10 seconds' FROM ledger_position"
    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            row = connection.execute(query).fetchone()
    except psycopg.Error as error:
        return str(error).strip()
    return "" if row and row[0] else "has not read the switch's files for ten seconds"


def _live(settings: Settings, _: Switch) -> str:
    with redis.Redis.from_url(settings.redis, socket_timeout=3, decode_responses=True) as client:
        try:
            stale = client.hget(f"hotline:{settings.node}:live:state", "stale")
        except redis.RedisError as error:
            return str(error)
    return "" if stale == "0" else "has no fresh picture of the switch"


def publisher_sign(settings: Settings) -> Path:
    """Return the file that the publisher touches at each look."""
    return settings.run_dir / "publisher.seen"


def _publisher(settings: Settings, _: Switch) -> str:
    sign = publisher_sign(settings)
    if not sign.exists() or time.time() - sign.stat().st_mtime > _LONGEST_SILENCE:
        return "has not looked at what is published for ten seconds"
    url = settings.database.replace("postgresql+psycopg://", "postgresql://")
    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            row = connection.execute("SELECT max(id) FROM flow_alias_move").fetchone()
        in_effect = read_published(published_file(settings)).move
    except (psycopg.Error, NothingPublished) as error:
        return str(error).strip()
    behind = row is not None and row[0] != in_effect
    return "what is published is not in effect here" if behind else ""


def _api(settings: Settings, _: Switch) -> str:
    try:
        with urlopen(f"http://{settings.api_host}:{settings.http_port}/health", timeout=5):
            return ""
    except HTTPError as error:
        return f"answers {error.code}: {error.read(300).decode(errors='replace')}"
    except (URLError, OSError) as error:
        return str(error)


CHECKS: dict[str, Check] = {
    "postgres": _postgres,
    "redis": _redis,
    "asterisk": _asterisk,
    "agi": _agi,
    "ledger": _ledger,
    "live": _live,
    "publisher": _publisher,
    "api": _api,
}
