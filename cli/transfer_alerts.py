"""`transfer emergency`, `alerts` and `seen`: the emergency button and who has taken note of it."""

from typing import Annotated

import typer

from cli.person import By
from cli.reading import moment, read
from cli.screen import out, print_json, print_table
from cli.transfer_hands import Agent, AsJson, Reason, do_and_show
from core.clock import utc_now
from core.settings import get_settings
from queues.journal import JournalKind
from reports.alerts import SHOWN, alerts_since
from telephony.journal import Journal
from transfers.emergency import Cause, Emergency, press


def emergency(
    agent: Agent,
    by: By,
    partner: Annotated[str, typer.Option("--to", help="110, 119 or 120.")] = "110",
    cause: Annotated[Cause, typer.Option("--cause", help="What it is.")] = Cause.DANGER,
    stay: Annotated[bool, typer.Option("--stay", help="Remain with the caller and 110.")] = False,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Dial an emergency line at once, whatever else is being done, and alert the supervisors."""
    wanted = Emergency(agent, by, partner, cause, reason, stay)
    do_and_show(lambda hands: press(hands, wanted), as_json)


def alerts(
    noted: Annotated[bool, typer.Option("--all", help="Also those taken note of.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the emergency buttons that were pressed in the last 24 hours."""
    found = read(lambda session: alerts_since(session, utc_now() - SHOWN, noted=noted))
    if as_json:
        print_json(
            [
                {"call": a.call, "cause": a.cause, "agent": a.agent, "seen_by": a.seen_by}
                for a in found
            ]
        )
        return
    rows = [
        (moment(a.at), a.cause, a.agent, a.partner, a.reason, a.seen_by or "nobody", a.call)
        for a in found
    ]
    print_table(("at", "cause", "agent", "line", "why", "noted by", "call"), rows)


def seen(
    call: Annotated[str, typer.Argument(help="The call, see `transfer alerts`.")], by: By
) -> None:
    """Take note of a call's alerts: they leave the wall."""
    journal = Journal(get_settings().journal)
    journal.write(call, JournalKind.ALERT_SEEN, actor=by)
    journal.flush()
    journal.close()
    out.print(f"{by} has taken note of {call}.")
