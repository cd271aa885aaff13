"""What the page of a survey says, as HTML. Every text of people's is escaped, and its lines are kept."""

from dataclasses import dataclass, replace
from html import escape

from models.satisfaction import CHANGEABLE, REMARK_LENGTH
from resolvers.satisfaction import Survey
from web.pages import page

SCORES = {
    1: "Not at all satisfied",
    2: "Not satisfied",
    3: "Neither",
    4: "Satisfied",
    5: "Very satisfied",
}
"""Each score in words."""


@dataclass(frozen=True)
class Draft:
    """The form as it stands; `error` says why it was not taken."""

    score: int | None = None
    remark: str = ""
    error: str | None = None

    def refused(self, error: str) -> "Draft":
        """Return the same form, not taken because of this."""
        return replace(self, error=error)


def survey_page(survey: Survey, draft: Draft, *, is_sent: bool) -> str:
    """Return the page with the form, filled with what was said before."""
    title = f"How did we do? {survey.ticket.reference} · {survey.workspace}"
    thanks = f'<p class="sent" role="status">Thank you. You can change this for {CHANGEABLE.days} days.</p>\n'
    return _page(
        f"Error: {title}" if draft.error else title,
        f"{_header(survey)}<main>\n{thanks if is_sent else ''}{_summary(draft)}{_subject(survey)}"
        f"{_form(draft)}</main>",
    )


def closed_page(survey: Survey, reason: str) -> str:
    """Return the page of a survey that cannot be answered: not yet, or not any more."""
    return _page(
        f"How did we do? {survey.ticket.reference} · {survey.workspace}",
        f"{_header(survey)}<main>\n{_subject(survey)}<p>{escape(reason)}</p>\n{_rating(survey)}</main>",
    )


def too_long_page() -> str:
    """Return the page for a form that is too large to be read."""
    return _page(
        "Your remark is too long",
        "<main>\n<h1>Your remark is too long</h1>\n<p>It was not sent. Go back, where it still stands,"
        f" and shorten it to {REMARK_LENGTH:,} characters.</p>\n</main>",
    )


def unsent_page(draft: Draft, reason: str) -> str:
    """Return the page that keeps what could not be sent just now."""
    refused = draft.refused(reason)
    return _page(
        "Error: Your rating was not sent",
        f"<main>\n<h1>Your rating was not sent</h1>\n{_summary(refused)}{_form(refused)}</main>",
    )


def _page(title: str, body: str) -> str:
    return page(title, body, stylesheets=("/tracking.css",))


def _header(survey: Survey) -> str:
    return f'<header><p class="workspace" dir="auto">{escape(survey.workspace)}</p></header>\n'


def _subject(survey: Survey) -> str:
    ticket = survey.ticket
    return (
        f'<p class="reference">{escape(ticket.reference)}</p>\n<h1 dir="auto">{escape(ticket.title)}</h1>\n'
    )


def _rating(survey: Survey) -> str:
    score, remark = survey.ticket.customer_score, survey.ticket.customer_remark
    if score is None:
        return ""
    words = _text(remark) if remark else ""
    return (
        '<section aria-labelledby="rating">\n<h2 id="rating">Your rating</h2>\n'
        f"<p>{score} · {SCORES[score]}</p>\n{words}</section>\n"
    )


def _summary(draft: Draft) -> str:
    if draft.error is None:
        return ""
    return (
        '<div class="error" role="alert">\n<h2>There is a problem</h2>\n'
        f'<p><a href="#{"remark" if draft.score else "score-1"}">{escape(draft.error)}</a></p>\n</div>\n'
    )


def _form(draft: Draft) -> str:
    fault = f'<p class="fault" id="fault">{escape(draft.error)}</p>\n' if draft.error else ""
    marks = ' aria-describedby="fault"' if draft.error else ""
    radios = "".join(_radio(score, words, draft.score) for score, words in SCORES.items())
    # A browser drops the first line end within a textarea.
    return (
        f'<form method="post">\n<fieldset{marks}>\n<legend>How satisfied are you with our help?</legend>\n'
        f"{fault}{radios}</fieldset>\n"
        '<label for="remark">Anything that you want to add? (optional)</label>\n'
        f'<textarea id="remark" name="remark" rows="4" maxlength="{REMARK_LENGTH}" dir="auto">'
        f"\n{escape(draft.remark)}</textarea>\n<button>Send rating</button>\n</form>\n"
    )


def _radio(score: int, words: str, chosen: int | None) -> str:
    checked = " checked" if score == chosen else ""
    return (
        f'<p class="choice"><input type="radio" id="score-{score}" name="score" value="{score}" required'
        f'{checked}>\n<label for="score-{score}">{score} · {words}</label></p>\n'
    )


def _text(text: str) -> str:
    return f'<div class="text" dir="auto">{escape(text)}</div>\n'
