"""The job queue on our own database: the library's app with our tasks in it."""

from procrastinate import App, PsycopgConnector
from sqlalchemy.engine import make_url

from jobs import upkeep
from jobs.cards import CardJobs
from jobs.dispatching import DispatchJobs
from jobs.exchange import ExchangeJobs
from jobs.figures import FigureJobs
from jobs.follow_ups import FollowUpJobs
from jobs.messages import MessageJobs
from jobs.oversight import OversightJobs
from jobs.recordings import RecordingJobs
from jobs.suggestions import SuggestionJobs

Room = (
    RecordingJobs
    | FigureJobs
    | ExchangeJobs
    | CardJobs
    | FollowUpJobs
    | MessageJobs
    | OversightJobs
    | SuggestionJobs
    | DispatchJobs
)

# One listens for new jobs, one beats the heart, the rest fetch and finish.
_CONNECTIONS = 4


def make_app(database_url: str, *rooms: Room) -> App:
    """Return the app on a SQLAlchemy URL of PostgreSQL; nothing connects before `open_async`."""
    url = make_url(database_url).set(drivername="postgresql")
    connector = PsycopgConnector(
        conninfo=url.render_as_string(hide_password=False),
        min_size=1,
        max_size=_CONNECTIONS,
        kwargs={"connect_timeout": 3},
    )
    app = App(connector=connector)
    for room in rooms:
        room.register(app)
    upkeep.register(app)
    return app
