"""Secrets given to people and programs: made at random, or derived, and kept only as a hash."""

import base64
import hashlib
import hmac
import secrets

from models.errors import Unavailable
from settings import settings

MARK_LENGTH = 8


def fresh(prefix: str) -> str:
    """Return a new secret of 256 bits, such as `dwk_…`, that is shown once."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


def hashed(secret: str) -> str:
    """Return what is stored of a secret: SHA-256, hexadecimal. Its 256 bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def derived(prefix: str, purpose: str, name: str) -> str:
    """Return the secret of this name: 256 bits that only a holder of `secret_key` can work out."""
    return f"{prefix}_{base64.urlsafe_b64encode(_digest(purpose, name)).rstrip(b'=').decode()}"


def derived_word(purpose: str, name: str) -> str:
    """Return the secret of this name as 52 letters and digits: good also where case is not kept."""
    return base64.b32encode(_digest(purpose, name)).rstrip(b"=").decode().lower()


def signing_key() -> bytes:
    """Return the key that signs tokens and cursors. All processes must be given the same."""
    key = settings.secret_key.get_secret_value()
    if len(key) < 32:
        raise Unavailable("DESKWIRE_SECRET_KEY must be set to 32 random characters or more.")
    return key.encode()


def key_mark() -> str:
    """Return letters that differ from key to key and tell nothing of it; empty without a key."""
    try:
        return derived_word("key mark", "")[:MARK_LENGTH]
    except Unavailable:
        return ""


def _digest(purpose: str, name: str) -> bytes:
    return hmac.digest(signing_key(), f"{purpose}\0{name}".encode(), "sha256")
