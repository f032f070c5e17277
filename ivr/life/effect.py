"""Has a move come into effect? Asked by whoever made it, so that "done" means the next call."""

import asyncio
import time

from core.settings import Settings
from ivr.published import NothingPublished, published_file, read_published

# Seconds to wait for the publisher, who needs a tenth unless greetings must be spoken anew.
PATIENCE = 5.0
_LOOK_EVERY = 0.02


async def in_effect(settings: Settings, move: int, patience: float = PATIENCE) -> bool:
    """Wait until calls follow this move; False when they do not yet after `patience` seconds."""
    path, limit = published_file(settings), time.monotonic() + patience
    while True:
        try:
            if read_published(path).move >= move:
                return True
        except NothingPublished:
            pass
        if time.monotonic() > limit:
            return False
        await asyncio.sleep(_LOOK_EVERY)
