"""/outbox: the mails that were written to DATA/outbox for want of SMTP. Mounted in development."""

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from web.outbox_letters import Letter, read_letter
from web.pages import page

MOST = 200  # mails in the list
NAME = re.compile(r"[A-Za-z0-9_=+@-][A-Za-z0-9._=+@-]{0,199}")
LINK = re.compile(r"https?://[^\s<>\"']+")
SHEET = Path(__file__).parent / "outbox.css"
SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"


def outbox_routes(folder: Path) -> list[Route]:
    """Return the routes that show the mails of this folder."""

    # Not async: Starlette runs these in a thread, where reading files holds nobody up.
    def show_list(request: Request) -> Response:
        return HTMLResponse(_list([read_letter(path) for path in _newest(folder)]))

    def show_letter(request: Request) -> Response:
        return HTMLResponse(_letter(read_letter(_path(folder, request))))

    def show_html(request: Request) -> Response:
        letter = read_letter(_path(folder, request))
        return HTMLResponse(letter.html, headers={"content-security-policy": SANDBOX})

    def show_sheet(request: Request) -> Response:
        return FileResponse(SHEET)

    return [
        Route("/outbox", show_list),
        Route("/outbox.css", show_sheet),
        Route("/outbox/{name}", show_letter),
        Route("/outbox/{name}/html", show_html),
    ]


def _newest(folder: Path) -> list[Path]:
    written = [(path.stat().st_mtime_ns, path) for path in _letters(folder)]
    return [path for _, path in sorted(written, reverse=True)[:MOST]]


def _letters(folder: Path) -> Iterator[Path]:
    """Find the mails whose names we would take back. A link could lead out of the folder."""
    for path in folder.glob("*.eml"):
        if NAME.fullmatch(path.stem) and path.is_file() and not path.is_symlink():
            yield path


def _path(folder: Path, request: Request) -> Path:
    name = request.path_params["name"]
    path = folder / f"{name}.eml"
    if not NAME.fullmatch(name) or not path.is_file() or path.is_symlink():
        raise HTTPException(404)
    return path


def _list(letters: list[Letter]) -> str:
    items = "".join(map(_item, letters)) or "<li>No mail yet.</li>"
    return _page(
        "Outbox", f"<h1>Outbox</h1><p>Mail that would be sent if SMTP_URL were set.</p><ol>{items}</ol>"
    )


def _item(letter: Letter) -> str:
    to, date = letter.headers.get("To", ""), letter.headers.get("Date", "")
    return (
        f'<li><a href="/outbox/{escape(letter.name)}"><strong>{escape(letter.subject)}</strong>'
        f"<span>{escape(to)}</span><time>{escape(date)}</time></a></li>"
    )


def _letter(letter: Letter) -> str:
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in letter.headers.items())
    frame = f'<iframe sandbox title="HTML part" src="/outbox/{escape(letter.name)}/html"></iframe>'
    return _page(
        letter.subject,
        f'<nav><a href="/outbox">Outbox</a></nav><h1>{escape(letter.subject)}</h1><dl>{rows}</dl>'
        f"<h2>Text</h2><pre>{_with_links(letter.text)}</pre>"
        f"<h2>HTML</h2>{frame if letter.html else '<p>This mail has none.</p>'}",
    )


def _with_links(text: str) -> str:
    """Return the text as HTML in which addresses can be followed."""
    parts: list[str] = []
    end = 0
    for found in LINK.finditer(text):
        address = escape(found[0])
        parts += [escape(text[end : found.start()]), f'<a href="{address}" rel="noreferrer">{address}</a>']
        end = found.end()
    return "".join([*parts, escape(text[end:])])


def _page(title: str, body: str) -> str:
    return page(title, f"<main>{body}</main>", stylesheets=("/outbox.css",))
