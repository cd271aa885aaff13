"""Cookies: their names, and reading them. The faces of HTTP and of sockets both do."""

from settings import settings


def is_secure() -> bool:
    """Tell whether people reach us by https only, so that cookies may insist on it."""
    return settings.base_url.lower().startswith("https://")


def session_cookie() -> str:
    """Return the name of a member's cookie. With `__Host-` no other host of the domain can set it."""
    return "__Host-deskwire" if is_secure() else "deskwire"


def ticket_cookie() -> str:
    """Return the name of a customer's cookie. It is good for the path of one ticket's page."""
    return "__Secure-deskwire-ticket" if is_secure() else "deskwire-ticket"


def survey_cookie() -> str:
    """Return the name of a customer's cookie that is good for the path of one ticket's survey."""
    return "__Secure-deskwire-survey" if is_secure() else "deskwire-survey"


def invitation_cookie() -> str:
    """Return the name of the cookie of somebody who is invited. It is good for the page that accepts."""
    return "__Secure-deskwire-invitation" if is_secure() else "deskwire-invitation"


def session_secret(header: str | None) -> str | None:
    """Return the session's secret in a Cookie header, None where there is none."""
    return cookie(header, session_cookie())


def cookie(header: str | None, wanted: str) -> str | None:
    """Return a cookie of a Cookie header, None where it is not in it or the header is too long.

    It takes one pass: Python's own parser takes seconds for a long header.
    """
    if header is None or len(header) > settings.cookie_bytes:
        return None
    pairs = (part.partition("=") for part in header.split(";"))
    return next((value.strip() for name, _, value in pairs if name.strip() == wanted), None)
