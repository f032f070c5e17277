"""What others must know of the flows in use: the switch's music and keys, the survival script."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from core.errors import HotlineError
from core.settings import Settings
from ivr.flow import Flow, Node
from ivr.inventory import music_class
from ivr.lines import load_lines
from ivr.on_air import COUNTING_KEYS
from ivr.paths import silent_targets, spoken_ways
from ivr.verbs.menu import Menu
from ivr.verbs.play import Play
from ivr.verbs.queue import Queue
from recordings.news_music import NEWS
from recordings.spoken import LANGUAGES


def greetings(flows: Iterable[Flow]) -> set[tuple[str, str]]:
    """Return (language, prompt) of every greeting that needs a class of music of its own."""
    return {
        (language, node.verb.greeting)
        for flow in flows
        for node, language in spoken_ways(flow)
        if isinstance(node.verb, Queue) and node.verb.greeting
    }


def music_classes(greeted: Iterable[tuple[str, str]]) -> list[str]:
    """Return every class of music beside the plain one, with and without what is on air."""
    plain = [music_class(language, prompt) for language, prompt in greeted]
    news = [f"{name}{NEWS}" for name in (*plain, *LANGUAGES)]
    return sorted([*plain, *news])


def queue_keys(flows: Iterable[Flow]) -> dict[str, set[str]]:
    """Return for each queue the keys that some flow gives a meaning while waiting in it."""
    keys: defaultdict[str, set[str]] = defaultdict(set)
    for flow in flows:
        for node in flow.nodes.values():
            if isinstance(node.verb, Queue):
                keys[node.verb.queue].update(node.verb.keys)
                if node.verb.incidents:
                    keys[node.verb.queue].update(COUNTING_KEYS)
    return dict(keys)


def survival_essentials(flow: Flow, settings: Settings) -> dict[str, object]:
    """Return what the survival script needs of the flow behind the hotline's own number, as plain
    JSON. Raises HotlineError when it leads a silent caller to no queue.

    The caller is greeted once: by the queue's music where the flow does so, else by `greeting`, a
    sound's path without extension, before the queue. `timeout` is seconds.
    """
    said, queue = _way_of_the_silent(flow)
    return {
        "flow": f"{flow.name}@{flow.version}",
        "greeting": "" if queue.greeting or not said else str(_sound(settings, flow, said)),
        "queue": queue.queue,
        "music": music_class(flow.language, queue.greeting) if queue.greeting else "hold",
        "timeout": round(queue.timeout),
        "lang": flow.language,
        "journal": str(settings.journal),
    }


def main_alias(settings: Settings) -> str:
    """Return the alias that the hotline's own number points at."""
    return load_lines(settings).lines[0].flow


def _sound(settings: Settings, flow: Flow, prompt: str) -> Path:
    return settings.sounds_dir / flow.language / prompt


def _way_of_the_silent(flow: Flow) -> tuple[str, Queue]:
    """Return what a caller who presses nothing hears first, and the queue they come to."""
    ahead: list[tuple[Node, str]] = [(flow.start, "")]
    seen: set[str] = set()
    for node, said in ahead:
        if isinstance(node.verb, Queue):
            return said, node.verb
        heard = said or _first_prompt(node)
        fresh = [target for target in silent_targets(node) if target.id not in seen]
        seen.update(target.id for target in fresh)
        ahead += [(target, heard) for target in fresh]
    raise HotlineError(f"Flow {flow.name} leads a silent caller to no queue; give it one.")


def _first_prompt(node: Node) -> str:
    match node.verb:
        case Menu(intro=intro, prompt=prompt):
            return intro or prompt
        case Play(prompt=prompt):
            return prompt
        case _:
            return ""
