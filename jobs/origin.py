"""Where our letters come from: their sender, their domain, and where mail is taken."""

import ipaddress
from email.utils import parseaddr
from urllib.parse import urlsplit

from models.origin import base_url
from models.workspaces import Workspace
from settings import settings

NOWHERE = "localhost"
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where to reach what listens everywhere
SMTP_PORT_APART = 25  # from the web process' port: 8025 beside 8000


def sender_address(workspace: Workspace) -> str:
    """Return the address that the workspace's letters come from."""
    return parseaddr(settings.mail_from)[1] or f"{workspace.slug}@{mail_domain()}"


def mail_domain() -> str:
    """Return the domain of our Message-IDs and of the addresses that take answers."""
    found = settings.mail_domain or parseaddr(settings.mail_from)[1].rpartition("@")[2] or _host()
    return found.lower()


def mailbox_address(workspace: Workspace) -> str:
    """Return the address that a workspace takes mail at."""
    return f"{workspace.slug}@{mail_domain()}"


def listener_port() -> int:
    """Return the port that mail is taken on."""
    return settings.smtp_in_port or settings.port + SMTP_PORT_APART


def listener_place() -> str:
    """Return where on this machine mail is taken, as host:port."""
    host = ANYWHERE.get(settings.smtp_in_host, settings.smtp_in_host)
    return f"[{host}]:{listener_port()}" if ":" in host else f"{host}:{listener_port()}"


def _host() -> str:
    """Return the host of `base_url`; a bare network address is no domain for mail."""
    host = urlsplit(base_url()).hostname or NOWHERE
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host
    return NOWHERE
