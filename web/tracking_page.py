"""What the page of a ticket says, as HTML. Every text of people's is escaped, and its lines are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from html import escape

from models.attachments import size_in_words
from models.ticket_enums import Status
from resolvers.tracking import File, Message, Tracked
from web.pages import page

MOST_CHARACTERS = 20_000  # in a form each takes nine bytes at most, and a form has 256 KiB

STANDS = {
    Status.OPEN: ("Received", "We have your request and answer as soon as we can."),
    Status.IN_PROGRESS: ("In progress", "Somebody of our team is at it."),
    Status.WAITING: ("Waiting for you", "We need your answer to go on."),
    Status.RESOLVED: ("Resolved", "If something is left to do, answer below: that opens it again."),
    Status.CLOSED: ("Closed", "If something is left to do, answer below."),
}
"""Each status in words, and what comes next."""


class Sent(StrEnum):
    """Where an answer went: to this ticket, or to a new one because this was closed for long."""

    HERE = "here"
    ANEW = "anew"


CONFIRMED: dict[str, str] = {
    Sent.HERE: "Your answer was sent.",
    Sent.ANEW: "Your answer was sent. This request was closed some time ago, so a new one began with it."
    " Its link is in a mail to you.",
}


@dataclass(frozen=True)
class Draft:
    """The form as it stands: `key` is new for each that is shown, `error` says why it was not taken."""

    key: str
    body: str = ""
    error: str | None = None


def ticket_page(tracked: Tracked, draft: Draft, sent: str | None = None) -> str:
    """Return the page. `sent` confirms an answer; whatever is not in `Sent` says nothing."""
    ticket = tracked.ticket
    title = f"{ticket.reference} {ticket.title} · {tracked.workspace}"
    return _page(
        f"Error: {title}" if draft.error else title,
        f'<header><p class="workspace" dir="auto">{escape(tracked.workspace)}</p></header>\n'
        f"<main>\n{_confirmation(sent)}{_summary(draft)}"
        f'<p class="reference">{escape(ticket.reference)}</p>\n<h1 dir="auto">{escape(ticket.title)}</h1>\n'
        f"{_standing(ticket.status)}{_request(tracked)}{_thread(tracked)}{_form(draft)}</main>",
    )


def gone_page() -> str:
    """Return the page for whoever has no valid link, whatever is wrong with it."""
    return _page(
        "This link is not valid",
        "<main>\n<h1>This link is not valid</h1>\n"
        "<p>It may be old, or this browser has not opened it yet. Open the link in the newest mail that"
        " you have from us, or answer that mail.</p>\n</main>",
    )


def too_long_page() -> str:
    """Return the page for a form that is too large to be read."""
    return _page(
        "Your answer is too long",
        "<main>\n<h1>Your answer is too long</h1>\n<p>It was not sent. Go back, where it still stands,"
        f" and shorten it to {MOST_CHARACTERS:,} characters.</p>\n</main>",
    )


def unsent_page(draft: Draft, reason: str) -> str:
    """Return the page that keeps a text which could not be sent just now."""
    refused = Draft(draft.key, draft.body, reason)
    return _page(
        "Error: Your answer was not sent",
        f"<main>\n<h1>Your answer was not sent</h1>\n{_summary(refused)}{_form(refused)}</main>",
    )


def _page(title: str, body: str) -> str:
    return page(title, body, stylesheets=("/tracking.css",))


def _confirmation(sent: str | None) -> str:
    words = CONFIRMED.get(sent or "")
    return f'<p class="sent" role="status">{words}</p>\n' if words else ""


def _summary(draft: Draft) -> str:
    if draft.error is None:
        return ""
    return (
        '<div class="error" role="alert">\n<h2>There is a problem</h2>\n'
        f'<p><a href="#body">{escape(draft.error)}</a></p>\n</div>\n'
    )


def _standing(status: Status) -> str:
    word, next_step = STANDS[status]
    name = status.lower().replace("_", "-")
    return f'<p class="status {name}"><strong>{word}</strong></p>\n<p class="next">{next_step}</p>\n'


def _request(tracked: Tracked) -> str:
    ticket = tracked.ticket
    text = _text(ticket.description) if ticket.description else ""
    return (
        '<section aria-labelledby="request">\n<h2 id="request">Your request</h2>\n'
        f'<p class="meta">{_time(ticket.created_at)}</p>\n{text}{_files(tracked.files)}</section>\n'
    )


def _thread(tracked: Tracked) -> str:
    if not tracked.thread:
        return ""
    cut = '<p class="meta">Older messages are not shown here.</p>\n' if tracked.is_cut else ""
    items = "".join(map(_message, tracked.thread))
    return (
        '<section aria-labelledby="thread">\n<h2 id="thread">Conversation</h2>\n'
        f"{cut}<ol>\n{items}</ol>\n</section>\n"
    )


def _message(message: Message) -> str:
    side = "yours" if message.is_from_customer else "ours"
    author = message.author or ("Customer" if message.is_from_customer else "Our team")
    return (
        f'<li class="{side}">\n<p class="meta"><strong dir="auto">{escape(author)}</strong>'
        f" {_time(message.at)}</p>\n{_text(message.body)}{_files(message.files)}</li>\n"
    )


def _files(files: Sequence[File]) -> str:
    """Return the list of files; nothing where there are none."""
    items = "".join(
        f'<li><a href="{escape(file.url)}" dir="auto">{escape(file.name)}</a>'
        f" ({size_in_words(file.bytes)})</li>\n"
        for file in files
    )
    return f'<ul class="files" aria-label="Files">\n{items}</ul>\n' if items else ""


def _form(draft: Draft) -> str:
    fault = f'<p class="fault" id="fault">{escape(draft.error)}</p>\n' if draft.error else ""
    marks = ' aria-invalid="true" aria-describedby="fault"' if draft.error else ""
    # A browser drops the first line end within a textarea.
    return (
        '<form method="post">\n<label for="body">Your answer</label>\n'
        f"{fault}"
        f'<textarea id="body" name="body" rows="6" maxlength="{MOST_CHARACTERS}" required dir="auto"{marks}>'
        f"\n{escape(draft.body)}</textarea>\n"
        f'<input type="hidden" name="key" value="{escape(draft.key)}">\n'
        "<button>Send answer</button>\n</form>\n"
    )


def _text(text: str) -> str:
    return f'<div class="text" dir="auto">{escape(text)}</div>\n'


def _time(at: datetime) -> str:
    return f'<time datetime="{at.isoformat()}">{at.day} {at:%b %Y, %H:%M} UTC</time>'
