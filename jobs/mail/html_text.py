"""HTML of mails reduced to the text in it."""

import re
from html.parser import HTMLParser

CHARACTERS = 2_000_000
UNSHOWN = frozenset({"script", "style", "title", "template"})
BLOCKS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "center", "dd", "div", "dl", "dt", "footer", "form"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre"),
        *("section", "table", "tr", "ul"),
    }
)
_SPACES = re.compile(r"[ \t\r\f\v\xa0]+")


def reduced(html: str) -> str:
    """Return the text that the HTML shows: a line for each block, nothing of scripts and styles."""
    reader = _Reader()
    reader.feed(html[:CHARACTERS])
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._unshown = 0

    def text(self) -> str:
        lines = (_SPACES.sub(" ", line).strip() for line in "".join(self._parts).split("\n"))
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unshown += tag in UNSHOWN
        self._break(tag)
        if tag == "li":
            self._parts.append("- ")
        if tag == "td":
            self._parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self._unshown = max(0, self._unshown - (tag in UNSHOWN))
        self._break(tag)
        if tag == "p":
            self._parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unshown:
            self._parts.append(data.replace("\n", " "))

    def _break(self, tag: str) -> None:
        """Begin a new line at a block's edges, unless one has just begun."""
        at_start = not self._parts or self._parts[-1].endswith("\n")
        if tag == "br" or (tag in BLOCKS and not at_start):
            self._parts.append("\n")
