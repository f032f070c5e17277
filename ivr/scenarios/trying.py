"""A story told by somebody who wants to know what happens, not what must: tried on any text."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.settings import Settings
from ivr.compiler import compile_flow
from ivr.scenarios.reader import read_scenarios
from ivr.scenarios.runner import Verdict, run_scenario
from ivr.simulator import End
from ivr.sounds import load_sounds
from ivr.stocktaking import take_stock
from ivr.timetable_file import load_timetable
from ivr.written import Written
from tickets.calendar import load_workdays


async def try_story(
    settings: Settings,
    written: Written,
    given: Mapping[str, object],
    story: Sequence[object],
) -> Verdict:
    """Live a call on a text; `given` and `story` are as in a scenario file.

    Raises ConfigError for a text that is no flow and for a story that cannot be told.
    """
    inventory = take_stock(settings)
    flow = compile_flow(written.text, written.path, written.name, inventory)
    # The reader of files reads JSON too, so that both say the same and are checked alike.
    told = {"name": "a try", "given": given, "story": story, "end": End.HUMAN}
    file = json.dumps({"flow": written.name, "scenarios": [told]}, ensure_ascii=False)
    (scenario,) = read_scenarios(file, "story", inventory).scenarios
    return await run_scenario(
        flow,
        replace(scenario, end=None),
        load_sounds(settings),
        load_workdays(settings.config_dir / "calendar.toml"),
        load_timetable(settings),
    )
