"""Reading a mail: bytes in, what it says out. Runs in a process of its own, see `parse`."""

from email import message_from_bytes
from email.policy import compat32

from jobs.mail.bodies import attachment_count, text_of
from jobs.mail.headers import Headers, split
from jobs.mail.kinds import kind_of
from jobs.mail.quotes import trimmed
from models.inbound import InboundMail, Sender
from models.texts import cleaned

ADDRESSED = ("delivered-to", "x-original-to", "envelope-to", "to", "cc")
ADDRESSEES = 100
REFERENCES = 50
SUBJECT_CHARACTERS = 1000
TEXT_CHARACTERS = 100_000


def read(source: bytes) -> InboundMail:
    """Return what the mail says. What is broken in it is read as well as can be."""
    headers, head, body = split(source)
    message = message_from_bytes(head + b"\n\n" + body, policy=compat32)
    sender = _sender(headers)
    return InboundMail(
        message_id=next(iter(headers.ids("message-id")), None),
        sender=sender,
        addressees=headers.addresses(*ADDRESSED)[:ADDRESSEES],
        subject=headers.text("subject")[:SUBJECT_CHARACTERS],
        in_reply_to=headers.ids("in-reply-to")[:REFERENCES],
        references=headers.ids("references")[-REFERENCES:],
        text=cleaned(trimmed(text_of(message)))[:TEXT_CHARACTERS],
        kind=kind_of(headers, sender),
        attachment_count=attachment_count(message),
    )


def _sender(headers: Headers) -> Sender | None:
    """Return the mail's one sender. Where From names nobody, Reply-To may, or else Return-Path."""
    if headers.addresses("from"):
        return headers.only_mailbox("from")
    return headers.only_mailbox("reply-to") or headers.only_mailbox("return-path")
