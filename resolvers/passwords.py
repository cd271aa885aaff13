"""Passwords: argon2id, worked out off the event loop, a few at a time."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from models.errors import Invalid

LEAST = 10
MOST = 200  # an hour of hashing must not be asked for in one request

_hasher = PasswordHasher()  # argon2id with RFC 9106's second choice of cost
_threads = ThreadPoolExecutor(2, "argon2")  # each takes 64 MiB while it works
_nobody = _hasher.hash("nobody has this password")


async def hashed(password: str, field: str = "password") -> str:
    """Return the hash to keep. Refuses with Invalid fewer than 10 or more than 200 characters.

    `field` is the input field's name.
    """
    if not LEAST <= len(password) <= MOST:
        raise Invalid(f"A password has {LEAST} to {MOST} characters.", path=("input", field))
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, password)


async def matches(password: str, password_hash: str | None) -> bool:
    """Tell whether the password is the right one. For an unknown account (None) it takes as long."""
    known = password_hash is not None
    kept = password_hash if password_hash is not None else _nobody
    right = await asyncio.get_running_loop().run_in_executor(_threads, _verify, kept, password[:MOST])
    return right and known


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
