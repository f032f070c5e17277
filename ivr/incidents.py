"""Putting incident announcements on air: speak them, open the ticket, let the next caller hear.

Called by the command line and the API. The database knows what is on air; the board in the home is
made from it after every change, whole, so that calls never ask the database.
"""

import asyncio
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.clock import utc_now
from core.errors import HotlineError
from core.settings import Settings
from ivr.on_air import COUNTING_KEYS, Announcement, FileBoard, board_path
from recordings.catalogue import Prompt
from recordings.making import draft, put, render
from recordings.news_music import forget_old_news
from recordings.normalise import normalise
from recordings.spoken import LANGUAGES
from recordings.tts import make_voice
from tickets.acts import Actor
from tickets.city import load_city
from tickets.incidents import service
from tickets.incidents.models import Incident
from tickets.incidents.service import AirIsFull, NewIncident
from tickets.life.facts import Person

Sessions = async_sessionmaker[AsyncSession]

LONGEST_TEXT = 300
LONGEST_MINUTES = 3 * 24 * 60
# No key: it is said, but nobody is counted.
NO_KEY = "none"
_INVITATION = {
    "zh": "如您反映同一问题，请按{key}登记并挂机，其他问题请稍候。",
    "en": " If you are calling about the same matter, press {key} to be counted and hang up; "
    "otherwise please hold.",
}


class BadAnnouncement(HotlineError):
    """An announcement that cannot be said as it is written."""

    slug = "incident-bad"


@dataclass(frozen=True, slots=True)
class Order:
    """What a supervisor wants to be said. `key` "" takes the first that is free.

    `{key}` in a text stands for the key; without it the usual invitation to press it is added.
    """

    text: str
    english: str = ""
    area: str = ""
    topic: str = ""
    minutes: int = 120
    key: str = ""
    position: int = 100
    title: str = ""
    reason: str = ""


async def start(settings: Settings, sessions: Sessions, order: Order, by: str) -> Incident:
    """Put an announcement on air. Raises BadAnnouncement, BadMatter, AirIsFull, SpeechFailed."""
    _check(order)
    city = load_city(settings.config_dir)
    async with sessions() as session:
        order = replace(order, key=_key(order.key, await service.on_air(session, utc_now())))
    texts = _texts(order)
    prompt = await asyncio.to_thread(_speak, settings, texts)
    new = NewIncident(
        title=order.title or f"突发事件：{order.text[:40]}",
        text_zh=texts["zh"],
        text_en=texts.get("en"),
        area=order.area or None,
        topic=order.topic or None,
        prompt=prompt,
        key=order.key,
        position=order.position,
        until=utc_now() + timedelta(minutes=order.minutes),
        reason=order.reason,
    )
    async with sessions.begin() as session:
        incident = await service.begin(session, city, new, _person(by))
    await publish(settings, sessions)
    return incident


async def extend(
    settings: Settings, sessions: Sessions, number: int, minutes: int, by: str, reason: str
) -> Incident:
    """Let it last so many minutes from now. Raises UnknownIncident, NotOnAir, BadAnnouncement."""
    _check_minutes(minutes)
    until = utc_now() + timedelta(minutes=minutes)
    async with sessions.begin() as session:
        incident = await service.extend(session, number, until, _person(by), reason)
    await publish(settings, sessions)
    return incident


async def stop(
    settings: Settings, sessions: Sessions, number: int, by: str, reason: str
) -> Incident:
    """Take it off the air. Raises UnknownIncident and NotOnAir."""
    async with sessions.begin() as session:
        incident = await service.stop(session, number, _person(by), reason)
    await publish(settings, sessions)
    return incident


async def publish(settings: Settings, sessions: Sessions) -> None:
    """Make the board say what the database says; of two who do so at once the second waits."""
    folder = settings.sounds_dir
    with _alone(folder):
        async with sessions() as session:
            incidents = await service.on_air(session, utc_now())
        _write(folder, [_announcement(one) for one in incidents])
        board = FileBoard(folder)
        for language in LANGUAGES:
            board.bring_into_queue(language, board.on_air(utc_now()))
        forget_old_news(folder)


def _check(order: Order) -> None:
    for text in (order.text, order.english):
        if len(text) > LONGEST_TEXT or (text and not text.isprintable()):
            raise BadAnnouncement(f"A text is one line of at most {LONGEST_TEXT} characters.")
    if not order.text.strip():
        raise BadAnnouncement("Say in Mandarin what has happened.")
    if order.key not in ("", NO_KEY, *COUNTING_KEYS):
        raise BadAnnouncement(
            f"The key is one of {', '.join(COUNTING_KEYS)}, or '{NO_KEY}' if nobody is counted."
        )
    _check_minutes(order.minutes)


def _check_minutes(minutes: int) -> None:
    if not 1 <= minutes <= LONGEST_MINUTES:
        raise BadAnnouncement(f"An announcement lasts from 1 to {LONGEST_MINUTES} minutes.")


def _key(wanted: str, on_air: Sequence[Incident]) -> str:
    if wanted == NO_KEY:
        return ""
    taken = {one.key for one in on_air}
    free = [key for key in wanted or COUNTING_KEYS if key not in taken]
    if not free:
        raise AirIsFull("Every key to be counted with is taken; stop an announcement first.")
    return free[0]


def _texts(order: Order) -> dict[str, str]:
    written = {"zh": order.text.strip(), "en": order.english.strip()}
    return {
        language: _with_key(text, order.key, _INVITATION[language])
        for language, text in written.items()
        if text
    }


def _with_key(text: str, key: str, invitation: str) -> str:
    if key and "{key}" not in text:
        text += invitation
    return text.replace("{key}", key)


def _speak(settings: Settings, texts: dict[str, str]) -> str:
    """Make the sound in every language, Mandarin where there is no other; return its name."""
    voice = make_voice(settings)
    words = "|".join([voice.identity, *texts.values()])
    name = f"incident-{hashlib.sha256(words.encode()).hexdigest()[:12]}"
    for language in LANGUAGES:
        spoken = language if language in texts else "zh"
        made = render(Prompt(spoken, name, normalise(texts[spoken], spoken)), voice)
        put(draft(settings.sounds_dir, replace(made, key=f"{language}/{name}")))
    return name


def _announcement(incident: Incident) -> Announcement:
    return Announcement(incident.id, incident.prompt, incident.key, incident.until.timestamp())


def _write(folder: Path, announcements: Sequence[Announcement]) -> None:
    path = board_path(folder)
    draft_path = path.with_name(f".{path.name}.{os.getpid()}")
    draft_path.write_text(json.dumps([asdict(one) for one in announcements]), encoding="utf-8")
    draft_path.chmod(0o644)
    draft_path.replace(path)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Be the only one who makes the board."""
    handle = os.open(folder / ".on-air.lock", os.O_RDWR | os.O_CREAT, 0o666)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _person(name: str) -> Person:
    return Person(name, Actor.REVIEWER)
