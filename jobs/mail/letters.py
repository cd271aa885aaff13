"""What our letters say, as plain text and as HTML. Pure: the rows are read elsewhere."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from models.letters import Letter

MARKER = "--- Please reply above this line ---"
LEFT = "Too large for a mail, you find on the page of the whole conversation:"
GREY = "color:#6b7280;font-size:13px"


@dataclass(frozen=True)
class Matter:
    """What a letter is about.

    `is_proved`: the recipient's address has proved itself. A letter to one that has not carries no
    text that its sender chose: no title, and no name. `left` names the files that are too large to go along.
    """

    reference: str
    title: str
    workspace: str
    contact: str
    is_proved: bool
    link: str
    body: str = ""
    author: str | None = None
    left: Sequence[str] = ()


@dataclass(frozen=True)
class Wording:
    """A letter in words. A paragraph may have several lines."""

    subject: str
    paragraphs: tuple[str, ...]


def word(letter: Letter, matter: Matter) -> Wording:
    """Return what the letter says about the matter."""
    return WORDINGS[letter](matter)


def plain(wording: Wording, matter: Matter) -> str:
    """Return the letter as plain text."""
    foot = f"{matter.reference} · the whole conversation: {matter.link}"
    return "\n\n".join((MARKER, *wording.paragraphs, foot)) + "\n"


def html(wording: Wording, matter: Matter) -> str:
    """Return the letter as HTML that loads nothing and whose texts are only texts."""
    paragraphs = "\n".join(f"<p>{_lines(text)}</p>" for text in wording.paragraphs)
    link = f'<a href="{escape(matter.link, quote=True)}">See the whole conversation</a>'
    return (
        '<!doctype html>\n<html><head><meta charset="utf-8"></head>\n'
        '<body style="font-family:sans-serif;line-height:1.5;color:#111827">\n'
        f'<p style="{GREY}">{MARKER}</p>\n{paragraphs}\n'
        f'<p style="{GREY}">{escape(matter.reference)} · {link}</p>\n'
        "</body></html>\n"
    )


def _acknowledgement(matter: Matter) -> Wording:
    if not matter.is_proved:
        return Wording(
            f"[{matter.reference}] We received your request",
            (
                "Hello,",
                f"We received your request. Its number is {matter.reference}.",
                "You can follow it by the link below. If you did not ask us for anything, "
                "you need not do anything.",
                matter.workspace,
            ),
        )
    return Wording(
        _titled(matter),
        (
            f"Hello {matter.contact},",
            f"We received your request “{matter.title}” and will answer as soon as we can.",
            matter.workspace,
        ),
    )


def _reply(matter: Matter) -> Wording:
    signature = "\n".join(name for name in (matter.author, matter.workspace) if name)
    subject = _titled(matter) if matter.is_proved else f"[{matter.reference}] We answered your request"
    left = (f"{LEFT} {', '.join(matter.left)}",) if matter.left else ()
    return Wording(subject, (matter.body, *left, signature))


def _titled(matter: Matter) -> str:
    return f"[{matter.reference}] {matter.title}"


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>\n")


WORDINGS: dict[Letter, Callable[[Matter], Wording]] = {
    Letter.ACKNOWLEDGEMENT: _acknowledgement,
    Letter.REPLY: _reply,
}
