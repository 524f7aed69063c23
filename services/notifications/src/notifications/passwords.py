"""Passwords: argon2id hashes as OWASP advises, made and checked beside the event loop."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from eventlet.semaphore import Semaphore

from servicekit.service import compute

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_at_once = Semaphore(2)
"""A storm of sign-ins takes neither all the memory nor every thread."""

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
NOBODY = _hasher.hash(secrets.token_hex())
"""Checked where there is no such account, so that both answers take equally long."""


def hashed(password: str) -> str:
    """What is stored of a password."""
    with _at_once:
        return str(compute(_hasher.hash, password))


def fits(stored: str, password: str) -> bool:
    """Whether this is the password."""
    with _at_once:
        return bool(compute(_fits, stored, password))


def _fits(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def invent() -> str:
    """A password that can be read out: three groups of four, about 59 bits."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3))
