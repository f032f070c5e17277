"""The platforms we exchange cases with: `exchange.toml`, and the key each shares with us.

The keys are derived from this home's secrets, so that none stands in a file of the configuration;
`./hotline exchange key 110` prints what the other side must enter.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from core.errors import HotlineError
from core.secrets import Secrets
from core.toml_tables import Table, read_tables, refuse_twice

FILE = "exchange.toml"
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,15}", re.ASCII)
_KEYS = ("code", "name", "url", "receipt_within", "partner")


class UnknownPeer(HotlineError):
    """No platform of this code exchanges cases with us."""

    slug = "unknown-peer"


@dataclass(frozen=True, slots=True)
class Peer:
    """One platform. Without a `url` it takes no messages from us and is told by voice alone.

    `partner` is the partner line (lines.toml) whose transfers it is told of; `receipt_within` is in
    seconds: after that somebody must take the telephone.
    """

    code: str
    name: str
    url: str
    receipt_within: int
    partner: str | None


def load_peers(config_dir: Path) -> Sequence[Peer]:
    """Read the platforms; none without the file. Raises ConfigError."""
    path = config_dir / FILE
    if not path.exists():
        return ()
    tables = read_tables(path, "peer")
    peers = [_peer(table) for table in tables]
    refuse_twice(((p.code, t) for p, t in zip(peers, tables, strict=True)), "peer code")
    return peers


def find_peer(peers: Sequence[Peer], code: str) -> Peer:
    """Return a platform by its code. Raises UnknownPeer."""
    for peer in peers:
        if peer.code == code:
            return peer
    known = ", ".join(peer.code for peer in peers) or "none"
    raise UnknownPeer(f"No platform {code[:16]!r} exchanges cases with us. Known: {known}.")


def key_of(secrets: Secrets, peer: str) -> str:
    """Return the key shared with a platform: 64 hexadecimal digits, stable for this home."""
    return hashlib.blake2s(b"exchange " + peer.encode(), key=secrets.api.encode()[:32]).hexdigest()


def _peer(table: Table) -> Peer:
    table.refuse_unknown(_KEYS)
    partner = table.word("partner", _CODE, "110") if "partner" in table.values else None
    return Peer(
        code=table.word("code", _CODE, "110"),
        name=table.title("name"),
        url=_url(table),
        receipt_within=table.whole("receipt_within", 5, 3600),
        partner=partner,
    )


def _url(table: Table) -> str:
    value = table.values.get("url", "")
    if value == "":
        return ""
    parts = urlsplit(value) if isinstance(value, str) else None
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise table.fault(f"'url' must be an https address or empty, it is {value!r}.")
    return str(value)
