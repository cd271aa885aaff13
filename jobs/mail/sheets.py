"""A letter's words as plain text and as HTML. Pure."""

from dataclasses import dataclass
from html import escape

MARKER = "--- Please reply above this line ---"
GREY = "color:#6b7280;font-size:13px"


@dataclass(frozen=True)
class Link:
    """A paragraph that leads somewhere."""

    label: str
    address: str


@dataclass(frozen=True)
class Wording:
    """A letter in words. A paragraph may have several lines."""

    subject: str
    paragraphs: tuple[str | Link, ...]


@dataclass(frozen=True)
class Foot:
    """What stands below the words: what the letter is about, and where more of it is."""

    about: str
    link: Link
    is_answerable: bool = True
    """Whether what is replied above our marker reaches the ticket."""


def plain(wording: Wording, foot: Foot) -> str:
    """Return the letter as plain text."""
    marker = (MARKER,) if foot.is_answerable else ()
    last = f"{foot.about} · {_said(foot.link)}"
    return "\n\n".join((*marker, *map(_said, wording.paragraphs), last)) + "\n"


def html(wording: Wording, foot: Foot) -> str:
    """Return the letter as HTML that loads nothing and whose texts are only texts."""
    paragraphs = "\n".join(f"<p>{_shown(part)}</p>" for part in wording.paragraphs)
    marker = f'<p style="{GREY}">{MARKER}</p>\n' if foot.is_answerable else ""
    return (
        '<!doctype html>\n<html><head><meta charset="utf-8"></head>\n'
        '<body style="font-family:sans-serif;line-height:1.5;color:#111827">\n'
        f"{marker}{paragraphs}\n"
        f'<p style="{GREY}">{escape(foot.about)} · {_shown(foot.link)}</p>\n'
        "</body></html>\n"
    )


def _said(part: str | Link) -> str:
    return f"{part.label}: {part.address}" if isinstance(part, Link) else part


def _shown(part: str | Link) -> str:
    if isinstance(part, Link):
        return f'<a href="{escape(part.address, quote=True)}">{escape(part.label)}</a>'
    return escape(part).replace("\n", "<br>\n")
