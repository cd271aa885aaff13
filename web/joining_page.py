"""What the page of an invitation says, as HTML. Every text of people's is escaped."""

from dataclasses import dataclass
from html import escape

from models.members import NAME_LENGTH
from resolvers.invitations import Asked
from resolvers.passwords import LEAST, MOST
from web.pages import page


@dataclass(frozen=True)
class Answer:
    """The form as it stands; `error` says why it was not taken. A password is never shown again."""

    name: str = ""
    error: str | None = None


def invitation_page(asked: Asked, answer: Answer) -> str:
    """Return the page with the form that accepts."""
    title, workspace = f"Join {asked.workspace}", escape(asked.workspace)
    known = (
        "You have a password here already. Give it to accept."
        if asked.is_known
        else f"Choose a password of {LEAST} to {MOST} characters."
    )
    return _page(
        f"Error: {title}" if answer.error else title,
        f'<main>\n<h1 dir="auto">{escape(title)}</h1>\n{_summary(answer)}'
        f'<p>You are invited to work at the help desk of <strong dir="auto">{workspace}</strong>'
        f" as {escape(asked.email)}. {known}</p>\n{_form(asked, answer)}</main>",
    )


def joined_page() -> str:
    """Return the page for who has just become a member."""
    return _page(
        "You are a member now",
        '<main>\n<h1>You are a member now</h1>\n<p class="sent" role="status">The invitation is accepted, and'
        " you are signed in in this browser.</p>\n</main>",
    )


def ended_page() -> str:
    """Return the page for whoever has no valid invitation, whatever is wrong with it."""
    return _page(
        "This invitation is not valid",
        "<main>\n<h1>This invitation is not valid</h1>\n<p>It may be old, taken back, or accepted already."
        " Open the link in the newest mail, or ask who invited you for another one.</p>\n</main>",
    )


def _page(title: str, body: str) -> str:
    return page(title, body, stylesheets=("/tracking.css",))


def _summary(answer: Answer) -> str:
    if answer.error is None:
        return ""
    return (
        '<div class="error" role="alert">\n<h2>There is a problem</h2>\n'
        f'<p><a href="#password">{escape(answer.error)}</a></p>\n</div>\n'
    )


def _form(asked: Asked, answer: Answer) -> str:
    name = escape(answer.name or asked.name, quote=True)
    email = escape(asked.email, quote=True)
    kind = "current-password" if asked.is_known else "new-password"
    return (
        '<form method="post" action="/join">\n'
        f'<p><label for="email">Address</label>\n'
        f'<input id="email" name="email" type="email" value="{email}" readonly autocomplete="username"></p>\n'
        '<p><label for="name">Your name, as colleagues and customers see it</label>\n'
        f'<input id="name" name="name" value="{name}" required maxlength="{NAME_LENGTH}"'
        ' autocomplete="name"></p>\n'
        '<p><label for="password">Password</label>\n'
        f'<input id="password" name="password" type="password" required maxlength="{MOST}"'
        f' autocomplete="{kind}"></p>\n'
        "<button>Accept the invitation</button>\n</form>\n"
    )
