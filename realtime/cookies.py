"""The session's cookie: its name, and reading it. The faces of HTTP and of sockets both do."""

from settings import settings


def is_secure() -> bool:
    """Tell whether people reach us by https only, so that cookies may insist on it."""
    return settings.base_url.lower().startswith("https://")


def session_cookie() -> str:
    """Return the cookie's name. With `__Host-` no other host of the domain can set it."""
    return "__Host-deskwire" if is_secure() else "deskwire"


def session_secret(header: str | None) -> str | None:
    """Return the secret in a Cookie header, None where there is none or the header is too long.

    It takes one pass: Python's own parser takes seconds for a long header.
    """
    if header is None or len(header) > settings.cookie_bytes:
        return None
    pairs = (part.partition("=") for part in header.split(";"))
    return next((value.strip() for name, _, value in pairs if name.strip() == session_cookie()), None)
