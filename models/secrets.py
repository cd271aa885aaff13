"""Secrets given to people and programs: made at random, or derived, and kept only as a hash."""

import base64
import hashlib
import hmac
import secrets

from models.errors import Unavailable
from settings import settings


def fresh(prefix: str) -> str:
    """Return a new secret of 256 bits, such as `dwk_…`, that is shown once."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


def hashed(secret: str) -> str:
    """Return what is stored of a secret: SHA-256, hexadecimal. Its 256 bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def derived(prefix: str, purpose: str, name: str) -> str:
    """Return the secret of this name: 256 bits that only a holder of `secret_key` can work out."""
    digest = hmac.digest(signing_key(), f"{purpose}\0{name}".encode(), "sha256")
    return f"{prefix}_{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def signing_key() -> bytes:
    """Return the key that signs tokens and cursors. All processes must be given the same."""
    key = settings.secret_key.get_secret_value()
    if len(key) < 32:
        raise Unavailable("DESKWIRE_SECRET_KEY must be set to 32 random characters or more.")
    return key.encode()
