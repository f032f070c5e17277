"""Six digits from a device (TOTP, RFC 6238): the second thing a person may have to show."""

from datetime import datetime, timedelta

import pyotp

_STEP = 30
# A device may be half a minute off.
_SLACK = 1


def new_secret() -> str:
    """Make a secret to share with a person's device."""
    return pyotp.random_base32()


def address(secret: str, name: str) -> str:
    """Return the otpauth address that authenticator programs read from a picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name="12345")


def step_of(secret: str, code: str, now: datetime, used: int) -> int | None:
    """Return the half-minute a code belongs to, None for a wrong, old, or used one."""
    totp = pyotp.TOTP(secret)
    for away in range(-_SLACK, _SLACK + 1):
        instant = now + timedelta(seconds=away * _STEP)
        step = int(instant.timestamp()) // _STEP
        if step > used and totp.verify(code, for_time=instant):
            return step
    return None
