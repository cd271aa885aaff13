"""Where people find us: the address that our links begin with."""

from settings import settings


def base_url() -> str:
    """Return the address that people use, without a slash at its end."""
    return (settings.base_url or f"http://{settings.host}:{settings.port}").rstrip("/")
