"""Cutting off the letter of ours that a mail answers. The whole mail is kept beside it."""

import re

from jobs.mail.sheets import MARKER

ATTRIBUTION_LINES = 3
_MARKER = re.compile(r"^[>| \t]*" + r"\s+".join(map(re.escape, MARKER.split())), re.MULTILINE)
_ATTRIBUTION = re.compile(r"[> \t]*On\b.{1,500}\bwrote:")


def trimmed(text: str) -> str:
    """Return what stands above the marker line of our letter; all of it when nothing does."""
    found = _MARKER.search(text)
    above = _without_attribution(text[: found.start()]) if found else text
    return above.strip() or text.strip()


def _without_attribution(text: str) -> str:
    """Drop the `On … wrote:` in front of the quoted letter, which some programs break into lines."""
    lines = text.rstrip("> \t\n").split("\n")
    for count in range(1, ATTRIBUTION_LINES + 1):
        if _ATTRIBUTION.fullmatch(" ".join(lines[-count:]).strip()):
            return "\n".join(lines[:-count])
    return "\n".join(lines)
