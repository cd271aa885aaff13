"""Message-IDs of our letters: the same for the same letter, signed, and naming the ticket."""

import hmac
import re
from dataclasses import dataclass

from jobs.origin import mail_domain
from models.events import Event
from models.invitations import Invitation
from models.letters import Letter
from models.secrets import signing_key

_OURS = re.compile(r"<?(dw\.(\d{1,19})\.(\d{1,19})\.(\d{1,19})\.[0-9a-f]{8})\.([0-9a-f]{32})@[^\s<>@]+>?")


@dataclass(frozen=True)
class Named:
    """What a Message-ID of ours names."""

    workspace_id: int
    ticket_id: int
    event_id: int


def make(event: Event, recipient: str, letter: Letter) -> str:
    """Return the Message-ID of the letter about this event to this recipient, with < and >."""
    tag = _signed(f"{event.id}\0{recipient}\0{letter}")[:8]
    name = f"dw.{event.workspace_id}.{event.ticket_id}.{event.id}.{tag}"
    return f"<{name}.{_signed(name)}@{mail_domain()}>"


def of_invitation(invitation: Invitation) -> str:
    """Return the Message-ID of the newest letter of an invitation. It names no ticket."""
    name = f"dw-invitation.{invitation.workspace_id}.{invitation.id}"
    return f"<{name}.{_signed(name + invitation.nonce)}@{mail_domain()}>"


def verify(message_id: str) -> Named | None:
    """Return what the Message-ID names if we have signed it, whatever its domain; else None."""
    found = _OURS.fullmatch(message_id.strip().lower())
    if found is None or not hmac.compare_digest(_signed(found[1]), found[5]):
        return None
    return Named(int(found[2]), int(found[3]), int(found[4]))


def _signed(name: str) -> str:
    """Return 128 bits that only a holder of the key can work out, hexadecimal."""
    return hmac.digest(signing_key(), f"message-id\0{name}".encode(), "sha256").hex()[:32]
