"""Nina, who is no member yet: inviting her, and the link in the letter to her."""

import re
from typing import Any

import cast
from office import Office, text

from jobs.relay import work_off
from models.invitations import Invitation
from models.permissions import Role
from resolvers import invitations
from resolvers.invitations import NewInvitation

NINA = "nina@x.example"
PASSWORD = "a password of Nina's own"


async def invite(desk: cast.Desk, email: str = NINA, **values: Any) -> Invitation:
    return await invitations.invite(desk.olga.actor, NewInvitation(email, **({"role": Role.AGENT} | values)))


async def link_to(office: Office, email: str = NINA) -> str:
    """Let the letters go out, and return the path of the link in the newest to this address."""
    await work_off()
    [letter] = [each for each in office.inbox() if each["To"] == email]
    found = re.search(r"https?://[^/\s]+(/join/\S+)", text(letter))
    assert found
    for path in office.folder.glob("outbox/*"):
        path.unlink()
    return found[1]
