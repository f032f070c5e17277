"""How a message proves who sent it: an HMAC-SHA256 over what was sent, when, and once.

The signed text is method, path, timestamp, nonce and the SHA-256 of the body, a line each.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.errors import HotlineError

APP_ID, TIMESTAMP, NONCE, SIGN = "X-App-Id", "X-Timestamp", "X-Nonce", "X-Sign"
# How far the two clocks may be apart, in seconds.
TOLERANCE = 300
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}", re.ASCII)
_SECONDS = re.compile(r"[0-9]{10}", re.ASCII)


class BadSignature(HotlineError):
    """A message that is not provably the platform's own, or not of now."""

    slug = "bad-signature"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is signed beside the body: the place it goes to."""

    method: str
    path: str


def sign(key: str, app_id: str, envelope: Envelope, body: bytes, now: datetime) -> dict[str, str]:
    """Return the headers of a signed message."""
    stamp, nonce = str(int(now.timestamp())), secrets.token_urlsafe(18)
    return {
        APP_ID: app_id,
        TIMESTAMP: stamp,
        NONCE: nonce,
        SIGN: _signature(key, envelope, stamp, nonce, body),
    }


def verify(
    key: str, envelope: Envelope, headers: Mapping[str, str], body: bytes, now: datetime
) -> str:
    """Return the nonce of a genuine message; whoever takes it must refuse the nonce a second time.

    Raises BadSignature; what exactly is wrong with a signature is not said.
    """
    stamp, nonce = headers.get(TIMESTAMP, ""), headers.get(NONCE, "")
    if not _SECONDS.fullmatch(stamp) or not _NONCE.fullmatch(nonce):
        raise BadSignature(f"Headers {TIMESTAMP} (Unix seconds) and {NONCE} are needed.")
    if abs(now.timestamp() - int(stamp)) > TOLERANCE:
        raise BadSignature(f"The clocks are more than {TOLERANCE} s apart, or the message is old.")
    given = headers.get(SIGN, "")
    wanted = _signature(key, envelope, stamp, nonce, body)
    if not hmac.compare_digest(given.encode(), wanted.encode()):
        raise BadSignature(f"{SIGN} does not fit the message and the key we share.")
    return nonce


def _signature(key: str, envelope: Envelope, stamp: str, nonce: str, body: bytes) -> str:
    digest = hashlib.sha256(body).hexdigest()
    text = "\n".join((envelope.method, envelope.path, stamp, nonce, digest))
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()
