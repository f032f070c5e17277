"""From a scenario file's text to scenarios, or a refusal with file, line and a sentence."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from core.clock import SHANGHAI
from core.errors import ConfigError
from ivr.fields import ChoiceKind, Named, NumberKind, PromptKind, text_of
from ivr.inventory import Inventory
from ivr.located import Items, Table, Text, Value, read_table
from ivr.on_air import COUNTING_KEYS
from ivr.outcomes import KEYS
from ivr.refusal import Refused
from ivr.scenarios.format import Fate, Given, Scenario, ScenarioFile, Step, Tells
from ivr.simulator import End
from ivr.verbs.partner import Partner
from ivr.verbs.queue import Queue
from tickets.states import TicketState

# Whatever is on air.
NEWS_PROMPT = "news"
_FATE = re.compile(r"([a-z-]+)(?: after ([0-9]{1,4}))?", re.ASCII)
_CODE = re.compile(r"[0-9]{6}", re.ASCII)
_CALLER = re.compile(r"[0-9]{0,20}", re.ASCII)
_SECONDS = NumberKind(0, 3600)


def read_scenarios(text: str, path: object, inventory: Inventory) -> ScenarioFile:
    """Read and check a file. Raises ConfigError naming `path`, the line and the mend."""
    try:
        return _file(read_table(text), inventory)
    except Refused as refusal:
        raise ConfigError(path, refusal.line, refusal.sentence) from None


def _file(table: Table, inventory: Inventory) -> ScenarioFile:
    _refuse_unknown(table, ("flow", "scenarios"))
    flow = text_of(_needed(table, "flow"), "The flow")
    return ScenarioFile(
        flow, tuple(_scenario(value, inventory) for value in _items(_needed(table, "scenarios")))
    )


def _scenario(value: Value, inventory: Inventory) -> Scenario:
    table = _table(value, "A scenario")
    _refuse_unknown(table, ("name", "given", "story", "end"))
    given = table.values.get("given")
    return Scenario(
        name=text_of(_needed(table, "name"), "The name"),
        line=table.line,
        given=_given(_table(given, "'given'"), inventory) if given else Given(),
        story=tuple(_step(item, inventory) for item in _items(_needed(table, "story"))),
        end=End(ChoiceKind(End).read(_needed(table, "end"), inventory)),
    )


def _given(table: Table, inventory: Inventory) -> Given:
    readers: dict[str, Callable[[Value], object]] = {
        "caller": _caller,
        "at": _instant,
        "queues": lambda value: _fates(value, "queue", Queue.outcomes, inventory.queues),
        "partners": lambda value: _fates(
            value, "partner line", Partner.outcomes, inventory.partners
        ),
        "tickets": _tickets,
        "incidents": _incidents,
    }
    _refuse_unknown(table, tuple(readers))
    return Given(**{key: readers[key](value) for key, value in table.values.items()})  # type: ignore[arg-type]


def _caller(value: Value) -> str:
    if not isinstance(value, Text) or not _CALLER.fullmatch(value.value):
        raise Refused(value.line, 'The caller is a number in quotes, or "" when it is withheld.')
    return value.value


def _instant(value: Value) -> datetime:
    text = text_of(value, "The instant")
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)
    except ValueError:
        raise Refused(
            value.line, f"'{text[:40]}' is no instant such as 2026-11-28 03:00."
        ) from None


def _fates(
    value: Value, what: str, outcomes: tuple[str, ...], names: frozenset[str]
) -> Mapping[str, tuple[Fate, ...]]:
    table = _table(value, f"The fates of each {what}")
    for name, line in table.lines.items():
        if name not in names:
            raise Refused(line, f"There is no {what} '{name[:40]}'.")
    return {
        name: tuple(
            _fate(one, outcomes) for one in (each.values if isinstance(each, Items) else [each])
        )
        for name, each in table.values.items()
    }


def _fate(value: Value, outcomes: tuple[str, ...]) -> Fate:
    text = text_of(value, "What happens")
    found = _FATE.fullmatch(text)
    if found is None or found[1] not in outcomes:
        known = ", ".join(outcomes)
        raise Refused(
            value.line,
            f"'{text[:40]}' never happens there. Write one of {known}, or 'full after 5'.",
        )
    return Fate(found[1], float(found[2] or 0))


def _tickets(value: Value) -> Mapping[str, TicketState]:
    table = _table(value, "The tickets")
    for code, line in table.lines.items():
        if not _CODE.fullmatch(code):
            raise Refused(line, f"'{code[:40]}' is no query code of six digits.")
    return {
        code: TicketState(ChoiceKind(TicketState).read(state, _NOTHING))
        for code, state in table.values.items()
    }


def _incidents(value: Value) -> tuple[str, ...]:
    keys = tuple(text_of(key, "The key of an announcement") for key in _items(value))
    if set(keys) - set(COUNTING_KEYS):
        raise Refused(value.line, f"An announcement offers one of the keys {COUNTING_KEYS}.")
    return keys


def _step(value: Value, inventory: Inventory) -> Step:
    if isinstance(value, Text):
        if value.value != Tells.HANGS_UP:
            raise Refused(
                value.line, f"A line of a story is 'hears: …' or such, or '{Tells.HANGS_UP}'."
            )
        return Step(Tells.HANGS_UP, "", value.line)
    table = _table(value, "A line of a story")
    if len(table.values) != 1:
        raise Refused(table.line, "A line of a story tells one thing.")
    ((word, what),) = table.values.items()
    tells = Tells(ChoiceKind(Tells).read(Text(word, table.line), inventory))
    return Step(tells, _object(tells, what, inventory), table.line)


def _object(tells: Tells, value: Value, inventory: Inventory) -> str:
    match tells:
        case Tells.HEARS:
            said = text_of(value, "The prompt")
            return said if said == NEWS_PROMPT else PromptKind().read(value, inventory)
        case Tells.WAITS:
            return Named("queue", "queues").read(value, inventory)
        case Tells.RINGS:
            return Named("partner line", "partners").read(value, inventory)
        case Tells.TALKS:
            return text_of(value, "Whom the citizen talks to")
        case Tells.PRESSES:
            keys = text_of(value, "The keys")
            if set(keys) - set(KEYS):
                raise Refused(value.line, f"'{keys[:40]}' are no keys of a telephone.")
            return keys
        case Tells.SILENT | Tells.SPEAKS:
            return f"{_SECONDS.read(value, inventory):g}"
        case Tells.HANGS_UP:
            raise Refused(value.line, f"Write just '{Tells.HANGS_UP}'.")


def _needed(table: Table, key: str) -> Value:
    try:
        return table.values[key]
    except KeyError:
        raise Refused(table.line, f"'{key}' is missing here.") from None


def _table(value: Value, what: str) -> Table:
    if not isinstance(value, Table):
        raise Refused(value.line, f"{what} must be a table.")
    return value


def _items(value: Value) -> list[Value]:
    if not isinstance(value, Items) or not value.values:
        raise Refused(value.line, "This must be a list with at least one entry.")
    return value.values


def _refuse_unknown(table: Table, known: tuple[str, ...]) -> None:
    for key, line in table.lines.items():
        if key not in known:
            raise Refused(line, f"There is no '{key[:40]}' here. Known: {', '.join(known)}.")


_NOTHING = Inventory({}, frozenset(), frozenset())
