"""What Asterisk says about a call when it asks a FastAGI script: the header block, typed.

`telephony.agi` parses one for each session; entry points read it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from telephony.text import readable


@dataclass(frozen=True, slots=True)
class AgiRequest:
    """One question of the dialplan. `args` are agi_arg_1…n; `raw` holds every header."""

    script: str
    query: Mapping[str, str]
    args: tuple[str, ...]
    uniqueid: str
    channel: str
    caller_id: str
    caller_name: str
    dnid: str
    extension: str
    context: str
    language: str
    raw: Mapping[str, str]


def parse_request(block: bytes) -> AgiRequest:
    """Read a header block, trusting only the lines that the caller cannot have written."""
    # A number with newlines can add lines behind its own: what stands before it wins, and
    # arguments count only behind the last header of Asterisk's own.
    switch, caller, rest = _text(block).partition("\nagi_callerid:")
    raw = _headers(caller + rest)
    raw.update(_headers(switch))
    path, _, query = raw.get("agi_network_script", "").partition("?")
    return AgiRequest(
        script=unquote(path).strip("/"),
        query=dict(parse_qsl(query, keep_blank_values=True)) if query else {},
        args=_arguments((rest or switch).rpartition("\nagi_threadid:")[2]),
        uniqueid=raw.get("agi_uniqueid", ""),
        channel=raw.get("agi_channel", ""),
        caller_id=raw.get("agi_callerid", ""),
        caller_name=raw.get("agi_calleridname", ""),
        dnid=raw.get("agi_dnid", ""),
        extension=raw.get("agi_extension", ""),
        context=raw.get("agi_context", ""),
        language=raw.get("agi_language", ""),
        raw=raw,
    )


def _text(block: bytes) -> str:
    try:
        return block.decode()
    except UnicodeDecodeError:
        # A name in GBK beside an argument in UTF-8: each line is read for itself.
        return "\n".join(readable(line) for line in block.split(b"\n"))


def _headers(text: str) -> dict[str, str]:
    parts = [line.partition(": ") for line in text.split("\n")]
    return {name: value for name, colon, value in parts if colon}


def _arguments(text: str) -> tuple[str, ...]:
    found = _headers(text)
    args: list[str] = []
    while (value := found.get(f"agi_arg_{len(args) + 1}")) is not None:
        args.append(value)
    return tuple(args)
