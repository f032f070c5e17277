"""The worker process: `python -P -m jobs`. Killed at any moment, it loses no job."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial

import httpx
from procrastinate import App
from procrastinate.exceptions import ConnectorException
from psycopg import OperationalError
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.database import make_engine, make_sessions
from core.errors import HotlineError
from core.logging import configure_logging
from core.settings import Settings, get_settings
from exchange.outward import delivery_of
from jobs.app import make_app
from jobs.cards import CardJobs
from jobs.dispatching import DispatchJobs
from jobs.exchange import ExchangeJobs
from jobs.figures import FigureJobs
from jobs.follow_ups import FollowUpJobs
from jobs.live_figures import LiveFigures
from jobs.messages import MessageJobs
from jobs.oversight import OversightJobs
from jobs.recordings import RecordingJobs
from jobs.suggestions import SuggestionJobs
from recordings.capture import finish
from recordings.legs import fill_in, forget
from recordings.messages import finish_message
from tickets.city import city_of
from tickets.messages.messenger import FileMessenger, HttpMessenger, Messenger
from tickets.messages.sending import Sender
from tickets.review.by_rule import ByRule
from tickets.review.rules import load_dispatch_rules

# So that one long mix and a platform that never answers do not hold up the rest; more would take
# cores from the calls.
_AT_ONCE = 4
# Below the supervisor's patience, so that a stop is a stop and not a kill.
_FAREWELL = 10.0


async def work(settings: Settings) -> None:
    """Take jobs until told to stop (SIGTERM, SIGINT)."""
    engine = make_engine(settings.database)
    sessions = make_sessions(engine)
    recordings = RecordingJobs(
        sessions,
        partial(finish, settings),
        partial(finish_message, settings),
        partial(fill_in, settings),
        partial(forget, settings),
        settings.recordings_dir,
    )
    try:
        async with (
            httpx.AsyncClient(follow_redirects=False) as http,
            _figures_on_the_wall(settings, sessions),
        ):
            exchange = ExchangeJobs(delivery_of(settings, sessions, http))
            cards = CardJobs(sessions, settings.config_dir)
            follow_ups = FollowUpJobs(
                sessions, partial(city_of, settings.config_dir), settings.uploads_dir
            )
            figures = FigureJobs(sessions)
            messages = MessageJobs(Sender(sessions, _messenger(settings, http)))
            oversight = OversightJobs(sessions, settings.config_dir, settings.recordings_dir)
            suggestions = SuggestionJobs(sessions, settings.models_dir)
            dispatching = DispatchJobs(_by_rule(settings, sessions))
            rooms = (recordings, figures, exchange, cards, follow_ups, messages, oversight)
            app = make_app(settings.database, *rooms, suggestions, dispatching)
            await _serve(app)
    finally:
        await engine.dispose()


def _by_rule(settings: Settings, sessions: async_sessionmaker[AsyncSession]) -> ByRule:
    """Whoever sends tickets without a person, if the city wants that."""
    return ByRule(
        sessions,
        partial(city_of, settings.config_dir),
        partial(load_dispatch_rules, settings.config_dir / "dispatch.toml"),
        settings.models_dir,
    )


def _messenger(settings: Settings, http: httpx.AsyncClient) -> Messenger:
    """Whoever carries messages to citizens."""
    if settings.message_url:
        return HttpMessenger(settings.message_url, settings.message_key, http)
    return FileMessenger(settings.messages_file)


@asynccontextmanager
async def _figures_on_the_wall(
    settings: Settings, sessions: async_sessionmaker[AsyncSession]
) -> AsyncIterator[None]:
    """Keep today's figures up to date meanwhile."""
    redis = Redis.from_url(
        settings.redis, decode_responses=True, socket_timeout=3, socket_connect_timeout=3
    )
    async with redis:
        drawing = asyncio.create_task(LiveFigures(redis, settings.node, sessions).run())
        try:
            yield
        finally:
            drawing.cancel()
            with suppress(asyncio.CancelledError):
                await drawing


async def _serve(app: App) -> None:
    async with app.open_async():
        await app.run_worker_async(
            concurrency=_AT_ONCE,
            delete_jobs="successful",
            shutdown_graceful_timeout=_FAREWELL,
        )


def main() -> None:
    """Start the worker. Wrong settings and a missing database end it with a sentence."""
    configure_logging("jobs")
    try:
        asyncio.run(work(get_settings()))
    except HotlineError as error:
        sys.exit(str(error))
    except (OperationalError, ConnectorException) as error:
        # The supervisor starts the worker again; the jobs wait in the database until then.
        sys.exit(f"The database cannot be reached, jobs wait until it can: {error}".strip())


if __name__ == "__main__":
    main()
