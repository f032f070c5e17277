"""How people name a text of a flow: `direct@3`, `draft:12`, or as for files."""

import re

from sqlalchemy.ext.asyncio import AsyncSession

from core.settings import Settings
from ivr.life.errors import UnknownVersion
from ivr.life.repository import get_draft, get_version
from ivr.written import Written, find_written

# Eight digits are a hash; nobody publishes a flow ten million times.
_NUMBERED = re.compile(r"([a-z][a-z0-9-]{0,39})@([0-9]{1,7})", re.ASCII)
_DRAFT = re.compile(r"draft:([0-9]{1,15})", re.ASCII)


def in_database(what: str) -> bool:
    """Whether only the database knows what is meant."""
    return bool(_NUMBERED.fullmatch(what) or _DRAFT.fullmatch(what))


def numbered(what: str) -> tuple[str, int]:
    """Read `direct@3`. Raises UnknownVersion for anything else."""
    found = _NUMBERED.fullmatch(what)
    if found is None:
        raise UnknownVersion(f"{what[:60]!r} is no version; write it as direct@3.")
    return found[1], int(found[2])


async def find_text(session: AsyncSession, settings: Settings, what: str) -> Written:
    """Find a text by any name. Raises UnknownVersion, UnknownDraft, UnknownFlow, ConfigError."""
    if found := _DRAFT.fullmatch(what):
        draft = await get_draft(session, int(found[1]))
        return Written(draft.flow, settings.home / what, draft.text)
    if _NUMBERED.fullmatch(what):
        version = await get_version(session, *numbered(what))
        return Written(version.flow, settings.home / what, version.text)
    return find_written(settings, what)
