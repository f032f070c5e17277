"""Alembic's door: where the database is, which tables are ours, how a migration runs.

The address comes from whoever runs Alembic in code (`config.attributes["url"]`), else from the
settings of this home. `./hotline up` and the tests both pass through here.
"""

from importlib import import_module
from importlib.util import find_spec

from alembic import context
from sqlalchemy import create_engine, pool

from core.database import Base
from core.settings import CHECKOUT, get_settings

# A room that has tables keeps them in `models.py`, or in that of a folder in it.
for path in sorted((*CHECKOUT.glob("*/models.py"), *CHECKOUT.glob("*/*/models.py"))):
    room = ".".join(path.relative_to(CHECKOUT).parent.parts)
    if find_spec(room) is not None:
        import_module(f"{room}.models")


def _is_ours(name: str | None, kind: str, parents: object) -> bool:
    """Leave the job library's tables to its own SQL, kept beside the migrations."""
    del parents
    return kind != "table" or not (name or "").startswith("procrastinate_")


def _run() -> None:
    url = context.config.attributes.get("url") or get_settings().database
    engine = create_engine(url, poolclass=pool.NullPool, connect_args={"connect_timeout": 3})
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_name=_is_ours,
            compare_server_default=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


_run()
