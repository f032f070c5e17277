"""Three ways to serve the same call through one Asterisk: ours, the C server, dialplan alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.compiled import compiled
from benchmarks.hotline import Hotline
from benchmarks.processes import Process, cpu_seconds
from benchmarks.recorder import record_session
from benchmarks.scratch import LINE, NUMBER

FLOW = "bench-call"
KEY = "1"
PROMPT = "progress-intro"

OURS = "our flow, ticket written"
LIMIT = "the same steps from the C server"
DIALPLAN = "the same steps in dialplan"
NUMBERS = {OURS: NUMBER, LIMIT: "8290002", DIALPLAN: "8290003"}

# A channel variable speaks before the global one, so the C server is asked by our own dialplan.
_DIALPLAN = """
[from-citizen]
exten => {limit},1,Set(HOTLINE_LINE={line})
 same => n,Set(HOTLINE_FLOW={flow})
 same => n,Set(AGI_URL=agi://127.0.0.1:{port})
 same => n,Goto(citizen,arrive,1)
exten => {dialplan},1,CELGenUserEvent(HL-ARRIVED,{line})
 same => n,Answer()
 same => n,Set(TIMEOUT(absolute)=20)
 same => n,Read(KEY,{prompt},1,,1,5)
 same => n,Set(TIMEOUT(absolute)=0)
 same => n,Set(ARRAY(HOTLINE_STATE,HOTLINE_NEXT)={flow},hangup)
 same => n,Hangup()
"""


@dataclass(frozen=True, slots=True)
class LimitServer:
    """The C server while it serves calls."""

    pid: int
    commands: int

    def cpu(self) -> float:
        """Return its CPU seconds so far."""
        return cpu_seconds(self.pid)


@contextmanager
def three_ways(hotline: Hotline) -> Iterator[LimitServer]:
    """Let the C server ask what our flow asks, word for word, and teach the dialplan the rest."""
    settings = hotline.settings
    commands = record_session(settings.agi_port, "arrive", [LINE, FLOW], KEY)
    script = settings.home / "recorded-session"
    script.write_text("".join(f"{command}\n" for command in commands))
    program = str(compiled("agi_server", settings.cache))
    with Process("the C server", [program, "0", str(script)]) as server:
        _add_dialplan(hotline, settings.home / "asterisk/etc/extensions.conf", server.listening())
        yield LimitServer(server.pid, len(commands))


def _add_dialplan(hotline: Hotline, path: Path, port: int) -> None:
    with path.open("a") as dialplan:
        dialplan.write(
            _DIALPLAN.format(
                limit=NUMBERS[LIMIT],
                dialplan=NUMBERS[DIALPLAN],
                line=LINE,
                flow=FLOW,
                port=port,
                prompt=hotline.settings.sounds_dir / "zh" / PROMPT,
            )
        )
    hotline.console("dialplan reload")
    hotline.until(
        lambda: f"'{NUMBERS[DIALPLAN]}'" in hotline.console("dialplan show from-citizen"),
        "dialplan of the measurement",
    )
