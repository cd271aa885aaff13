"""Where our letters come from: the address of their links, their sender, their domain."""

import ipaddress
from email.utils import parseaddr
from urllib.parse import urlsplit

from models.workspaces import Workspace
from settings import settings

NOWHERE = "localhost"


def base_url() -> str:
    """Return the address that people use, without a slash at its end."""
    return (settings.base_url or f"http://{settings.host}:{settings.port}").rstrip("/")


def sender_address(workspace: Workspace) -> str:
    """Return the address that the workspace's letters come from."""
    return parseaddr(settings.mail_from)[1] or f"{workspace.slug}@{_host()}"


def mail_domain() -> str:
    """Return the domain that our Message-IDs end with."""
    return parseaddr(settings.mail_from)[1].rpartition("@")[2] or _host()


def _host() -> str:
    """Return the host of `base_url`; a bare network address is no domain for mail."""
    host = urlsplit(base_url()).hostname or NOWHERE
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host
    return NOWHERE
