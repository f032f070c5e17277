"""`exchange`: cases that travel between platforms, and the keys they are signed with."""

from typing import Annotated

import typer

from cli.reading import moment, read, write
from cli.screen import out, print_json, print_table
from core.clock import utc_now
from core.errors import HotlineError
from core.settings import get_settings
from exchange.models import Message
from exchange.outward import try_again
from exchange.peers import find_peer, key_of, load_peers
from exchange.reading import needs_a_telephone, newest

app = typer.Typer(help="Cases that travel between platforms (警单、工单互推), as signed messages.")

Limit = Annotated[int, typer.Option("-n", min=1, max=1000, help="How many.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command("list")
def list_(limit: Limit = 20, as_json: AsJson = False) -> None:
    """List what was exchanged, newest first; "ring" means that a receipt is late or refused."""
    peers, now = load_peers(get_settings().config_dir), utc_now()
    found = read(lambda session: newest(session, limit))
    late = {one.id for one in found if needs_a_telephone(one, peers, now)}
    if as_json:
        print_json([_as_dict(one) | {"telephone": one.id in late} for one in found])
        return
    rows = [
        (
            one.id,
            moment(one.made_at),
            f"{'to' if one.outward else 'from'} {one.peer}",
            one.kind,
            one.state,
            one.number,
            one.case_no,
            one.attempts,
            "ring" if one.id in late else "",
            one.fault[:60],
        )
        for one in found
    ]
    headings = ("id", "at", "", "kind", "state", "ticket", "case", "tries", "", "fault")
    print_table(headings, rows, right="id,tries")
    if not rows:
        out.print("Nothing was exchanged yet. exchange.toml says with whom.")


@app.command()
def peers(as_json: AsJson = False) -> None:
    """List the platforms of exchange.toml and whether they are connected."""
    found = load_peers(get_settings().config_dir)
    if as_json:
        print_json([{"code": p.code, "name": p.name, "url": p.url or None} for p in found])
        return
    print_table(("code", "name", "address"), ((p.code, p.name, p.url or "–") for p in found))


@app.command()
def key(code: Annotated[str, typer.Argument(help="The platform's code: 110.")]) -> None:
    """Print the key a platform signs its messages with. It is a secret: hand it over safely."""
    settings = get_settings()
    peer = find_peer(load_peers(settings.config_dir), code)
    typer.echo(key_of(settings.secrets, peer.code))


@app.command()
def retry(identity: Annotated[int, typer.Argument(help="The message's id, see list.")]) -> None:
    """Send a refused or given-up message once more."""
    if write(lambda session: try_again(session, identity)) is None:
        raise HotlineError(f"There is no message {identity}. ./hotline exchange list shows them.")
    out.print("It is being sent.")


def _as_dict(one: Message) -> dict[str, object]:
    return {
        "id": one.id,
        "peer": one.peer,
        "outward": one.outward,
        "kind": one.kind,
        "state": one.state,
        "ticket": one.number,
        "case": one.case_no,
        "attempts": one.attempts,
        "fault": one.fault,
        "made_at": one.made_at.isoformat(),
    }
