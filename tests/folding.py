"""Folds told calls in tests: lines through the real readers, stream by stream."""

from collections.abc import Sequence

from queues.ledger.events import FORMATS
from queues.ledger.facts import CallFacts, Rules
from queues.ledger.fold import fold
from queues.ledger.story import Restart, Story
from queues.models import Stream
from tests.switch_lines import ACall

RULES = Rules(short_abandon=5.0, emergency=frozenset({"110"}))
ORDER = (Stream.CEL, Stream.QUEUE_LOG, Stream.JOURNAL)


def story_of(call: ACall, order: Sequence[Stream] = ORDER) -> Story:
    """Read all lines of a call, one stream after the other."""
    story = Story(call.uid, call.node)
    for stream in order:
        for line in call.of(stream):
            event = FORMATS[stream].parse(line)
            assert event is not None, line
            story.take(event)
    return story


def folded(call: ACall, restarts: Sequence[Restart] = ()) -> CallFacts:
    """Return the facts of an arrival."""
    facts = fold(story_of(call), RULES, restarts)
    assert facts is not None
    return facts
