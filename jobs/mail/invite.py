"""The INVITE job: the letter that asks somebody to become a member. Composed when it is sent."""

from html import escape

from jobs import claims
from jobs.claims import Claim
from jobs.mail import message_ids
from jobs.mail.compose import Composed
from jobs.mail.deliver import hand_over
from jobs.mail.envelopes import Envelope, message
from jobs.mail.turns import turn
from jobs.origin import base_url, sender_address
from models import clock
from models.database import fetch, run_tx
from models.invitations import Invitation, token_of
from models.workspaces import Workspace

# Not when it was asked for anew meanwhile: the newer link has still to be sent.
MARK_SENT = """
UPDATE invitation SET sent_at = $4, failure = NULL WHERE workspace_id = $1 AND id = $2 AND nonce = $3
"""
HTML = """<!doctype html>
<html><head><meta charset="utf-8"></head>
<body style="font-family:sans-serif;line-height:1.5;color:#111827">
{body}
</body></html>
"""


async def invite(claim: Claim) -> None:
    """Send the letter, unless the invitation has ended or its letter went out before."""
    invitation = await Invitation.get(workspace_id=claim.workspace_id, id=claim.invitation_id)
    is_due = invitation.is_pending and invitation.sent_at is None and invitation.expires_at > clock.now()
    if not is_due:
        await run_tx(lambda: claims.finish(claim))
        return
    letter = _composed(invitation, await Workspace.get(id=claim.workspace_id))
    async with turn(letter.recipient):
        await hand_over(claim, letter, lambda: _mark_sent(invitation))


async def _mark_sent(invitation: Invitation) -> None:
    home = (invitation.workspace_id, invitation.id, invitation.nonce)
    await fetch(MARK_SENT, *home, clock.now())


def _composed(invitation: Invitation, workspace: Workspace) -> Composed:
    """Return the letter. It carries nobody's words but the workspace's name: its recipient did not ask."""
    link = f"{base_url()}/join/{token_of(invitation.nonce)}"
    sender = sender_address(workspace)
    paragraphs = (
        "Hello,",
        f"You are invited to work at the help desk of {workspace.name}.",
        f"The link below is good until {invitation.expires_at:%d %B %Y, %H:%M} UTC. If you did not expect"
        " this, you need not do anything.",
    )
    envelope = Envelope(
        message_id=message_ids.of_invitation(invitation),
        sender=sender,
        sender_name=workspace.name,
        reply_to=sender,
        recipient=invitation.email,
        recipient_name="",
        subject=f"You are invited to {workspace.name}",
        at=invitation.asked_at,
        earlier=(),
        is_automatic=True,
    )
    plain = "\n\n".join((*paragraphs, link)) + "\n"
    anchor = f'<p><a href="{escape(link, quote=True)}">Accept the invitation</a></p>'
    html = HTML.format(body="\n".join((*(f"<p>{escape(text)}</p>" for text in paragraphs), anchor)))
    made = message(envelope, plain, html)
    return Composed(envelope.message_id, sender, invitation.email, made.as_bytes())
