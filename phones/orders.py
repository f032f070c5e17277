"""What we and a scenario say to each other: orders go in as datagrams, reports come as lines."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_FIELD = re.compile(r"(\w+)=(\S*)")


@dataclass(frozen=True, slots=True)
class Report:
    """A line of the scenario's log: what happened, to which call, with which fields."""

    name: str
    call_id: str
    fields: Mapping[str, str]

    @classmethod
    def parse(cls, line: str) -> "Report":
        """Read `name call-id key=value … from=<anything to the end>`."""
        head, _, caller = line.partition(" from=")
        name, call_id, rest = (*head.split(" ", 2), "", "")[:3]
        fields = dict(_FIELD.findall(rest))
        return cls(name, call_id, fields | {"from": caller.strip()})

    def number(self, field: str) -> int | None:
        """Return a field as a number, None when it is empty or absent."""
        text = self.fields.get(field, "")
        return int(text) if text.isdigit() else None


def order(verb: str, call_id: str, serial: int, headers: Mapping[str, str], body: bytes) -> bytes:
    """Return an order to a scenario; `serial` keeps two equal orders from looking repeated."""
    lines = [
        f"{verb} sip:phone SIP/2.0",
        f"Via: SIP/2.0/UDP hand;branch=z9hG4bK-order-{serial}",
        "From: <sip:hand>;tag=hand",
        "To: <sip:phone>",
        f"Call-ID: {call_id}",
        f"CSeq: 0 {verb}",
        *(f"{name}: {value}" for name, value in headers.items()),
        f"Content-Length: {len(body)}",
    ]
    if any(re.search(r"[\r\n]", line) for line in lines):
        raise ValueError(f"a line break in an order to a phone: {lines}")
    return "\r\n".join([*lines, "", ""]).encode() + body
