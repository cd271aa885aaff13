"""The addresses that we take mail at: a workspace's own, and those that its letters ask to be answered to."""

from dataclasses import dataclass

from jobs.mail import reply_addresses
from jobs.origin import mail_domain, mailbox_address
from models.workspaces import SLUG, Workspace
from resolvers import mails


@dataclass(frozen=True)
class Mailbox:
    """Where a workspace's mail comes to, whatever address led to it."""

    workspace_id: int
    address: str


async def mailbox_at(address: str) -> Mailbox | None:
    """Return the mailbox behind an address: `acme@…`, `acme+sales@…`, or a reply address; None for others.

    Its domain does not count: whoever sends mail for a domain here knows why.
    """
    workspace = await _workspace(address)
    return workspace and Mailbox(workspace.id, mailbox_address(workspace))


async def is_our_own(address: str) -> bool:
    """Tell whether the address is one that we write from, or take answers at."""
    return address.rpartition("@")[2] == mail_domain() and await _workspace(address) is not None


async def _workspace(address: str) -> Workspace | None:
    token = reply_addresses.token_in(address)
    if token is not None:
        return await mails.workspace_behind(token)
    name, at, _ = address.strip().lower().rpartition("@")
    slug = name.partition("+")[0]
    return await mails.workspace_called(slug) if at and SLUG.fullmatch(slug) else None
