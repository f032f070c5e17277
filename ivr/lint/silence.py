"""How long a caller who presses nothing stays at a node before the flow goes on."""

from collections.abc import Callable

from ivr.verb import Verb
from ivr.verbs.callback import Callback
from ivr.verbs.collect import Collect
from ivr.verbs.menu import Menu
from ivr.verbs.play import Play
from ivr.verbs.progress import AskProgress
from ivr.verbs.survey import Survey


def silent_seconds(verb: Verb, seconds: Callable[[str], float]) -> float:
    """Return prompts and pauses together; `seconds` gives a prompt's length, 0 for none."""
    match verb:
        case Play(prompt=prompt) | Callback(prompt=prompt):
            return seconds(prompt)
        case Menu(intro=intro, prompt=prompt, timeout=timeout):
            return seconds(intro) + seconds(prompt) + timeout
        case Survey(prompt=prompt, timeout=timeout):
            return seconds(prompt) + timeout
        case Collect(prompt=prompt, first=first, tries=tries):
            return tries * (seconds(prompt) + first)
        case AskProgress(ask=ask, first=first):
            return seconds(ask) + first
        case _:
            return 0.0
