"""Somebody at a terminal as the people of a simulated call: caller, agents and partner lines."""

from collections import deque
from collections.abc import Callable

from cli.screen import out
from ivr.outcomes import KEYS, Outcome
from ivr.simulator import Event, HangUp, Happens, Kind, Line, Moment, Press, Situation
from ivr.sounds import Sounds

HELP = (
    "Keys: 5 or 204060#. Time: wait 10, or Enter until something happens. The caller: hangup. "
    "Others: answer, busy, full, no-agent, timeout, …"
)
_SIGNS = {Kind.HEARS: "♪", Kind.PRESSES: "»", Kind.HANGS_UP: "✗", Kind.HUNG_UP_ON: "✗"}
_WORDS = {"answer": str(Outcome.ANSWERED)}
_KEY_GAP = 0.3


class TerminalPeople:
    """Asks `ask` for a command whenever somebody could do something."""

    def __init__(self, ask: Callable[[str], str]) -> None:
        self._ask = ask
        self._keys = deque[str]()
        self._waiting = 0.0

    def next(self, moment: Moment) -> Event | None:
        """Return what was typed; time goes on by itself while `wait` lasts."""
        passed = 0.0
        while True:
            if self._waiting >= moment.seconds - passed:
                self._waiting -= moment.seconds - passed
                return None
            passed, self._waiting = passed + self._waiting, 0.0
            # While a menu speaks nothing is asked: its pause follows.
            if moment.situation is Situation.PROMPT and moment.keys in ("", KEYS):
                return None
            if self._keys:
                return Press(self._keys.popleft(), min(passed + _KEY_GAP, moment.seconds))
            try:
                typed = self._ask(f"{moment.situation} {moment.what}".strip() + "> ").strip()
            except EOFError:
                return HangUp(passed)
            if not typed:
                return None
            event = self._event(typed, moment, passed)
            if event is not None:
                return event

    def _event(self, typed: str, moment: Moment, passed: float) -> Event | None:
        """Return what a command brings about at once; keys and time wait in their own places."""
        word, _, rest = typed.partition(" ")
        outcome = _WORDS.get(word, word)
        if word == "hangup":
            return HangUp(passed)
        if outcome in moment.outcomes:
            return Happens(outcome, passed)
        if word == "wait" and rest.isdecimal():
            self._waiting = float(rest)
        elif set(typed) <= set(KEYS):
            self._keys.extend(typed)
        else:
            here = ", ".join(moment.outcomes)
            out.print(f"  {HELP}{' Here: ' + here if here else ''}", style="dim", markup=False)
        return None


def tell(line: Line, sounds: Sounds) -> str:
    """Return a line of the transcript as people read it."""
    minutes, seconds = divmod(line.at, 60)
    sign = _SIGNS.get(line.kind, "·")
    if line.kind is Kind.HEARS:
        what = f"{sounds.text(line.what)}  [{line.what}]"
    else:
        what = f"{line.kind} {line.what}".strip()
    return f"  {minutes:2.0f}:{seconds:04.1f}  {sign} {what}"
