"""Passwords are kept as Argon2id (RFC 9106, the second recommended set) and never otherwise."""

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from people.errors import WeakPassword

LEAST = 10
LONGEST = 200
# Without vowels and look-alikes: no words arise, and it can be read over a telephone.
_ALPHABET = "bcdfghjkmnpqrstvwxz23456789"

_HASHER = PasswordHasher()
# Verified for names nobody has, so that the time an answer takes tells no name.
NOBODY = _HASHER.hash(secrets.token_hex())


def hash_password(password: str, name: str) -> str:
    """Return the text to keep. Raises WeakPassword for a short one, a huge one, or the name."""
    if not LEAST <= len(password) <= LONGEST or password.casefold() == name.casefold():
        raise WeakPassword(LEAST)
    return _HASHER.hash(password.encode(errors="replace"))


def is_password(kept: str, password: str) -> bool:
    """Say whether a password is the one that is kept; about 60 ms and 64 MiB."""
    try:
        return _HASHER.verify(kept, password[: LONGEST + 1].encode(errors="replace"))
    except (VerifyMismatchError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Say whether the parameters have grown since; then it is hashed anew at the next sign-in."""
    return _HASHER.check_needs_rehash(kept)


def new_password() -> str:
    """Make a password of 16 signs (76 bits) in groups of four."""
    signs = "".join(secrets.choice(_ALPHABET) for _ in range(16))
    return "-".join(signs[at : at + 4] for at in range(0, 16, 4))
