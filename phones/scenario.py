"""Renders SIPp scenarios; SIPp matches status codes one by one, so the lists of codes live here."""

from pathlib import Path

import jinja2

from phones.stream import Address

FAILURES = (
    *(300, 301, 302, 305, 380),
    *(400, 401, 402, 403, 404, 405, 406, 407, 408, 410, 413, 414, 415, 416, 420, 421, 423),
    *(480, 481, 482, 483, 484, 485, 486, 487, 488, 489, 491, 493, 494),
    *(500, 501, 502, 503, 504, 505, 513, 600, 603, 604, 606),
)
IN_DIALOG_FAILURES = (400, 403, 404, 408, 415, 480, 481, 488, 491, 500, 503, 606)
REGISTER_FAILURES = (400, 401, 403, 404, 407, 408, 423, 480, 500, 503)
REFUSALS = {
    404: "Not Found",
    480: "Temporarily Unavailable",
    486: "Busy Here",
    603: "Decline",
}
# SIPp reads scenarios into a buffer of this size and refuses longer ones.
LONGEST = 65536

_SCENARIOS = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent),
    undefined=jinja2.StrictUndefined,
    # Nothing a caller says enters a template: numbers and names reach SIPp in its orders.
    autoescape=False,  # noqa: S701
)


def phone_scenario(ip: str, port: int, rtp_port: int, server: Address) -> str:
    """Return the scenario of one phone at ip:port whose media are at ip:rtp_port."""
    return _SCENARIOS.get_template("phone.xml").render(
        ip=ip,
        port=port,
        rtp_port=rtp_port,
        server_host=server[0],
        server_port=server[1],
        failure_codes=FAILURES,
        in_dialog_codes=IN_DIALOG_FAILURES,
        register_codes=REGISTER_FAILURES,
        refusal_codes=REFUSALS,
    )


def load_scenario(**facts: object) -> str:
    """Return the scenario of a load of calls, see phones/load.py."""
    return _SCENARIOS.get_template("load.xml").render(failure_codes=FAILURES, **facts)
