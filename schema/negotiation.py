"""Which media type an HTTP client wants to be answered in."""

import re
from dataclasses import dataclass

JSON = "application/json"
RESPONSE_JSON = "application/graphql-response+json"
EVENT_STREAM = "text/event-stream"
RESULTS = (JSON, RESPONSE_JSON)  # the first wins where the client does not mind

QUALITY = re.compile(r"(0|1|[01]?\.\d{1,3}|1\.|0\.)")


@dataclass(frozen=True)
class _Range:
    """One part of an Accept header, such as `application/*;q=0.5`."""

    media: str
    quality: float
    place: int

    def covers(self, offered: str) -> bool:
        kind = offered.partition("/")[0]
        return self.media in (offered, f"{kind}/*", "*/*")

    @property
    def precision(self) -> int:
        return -self.media.count("*")


def accepted(header: str, offered: tuple[str, ...] = RESULTS) -> str | None:
    """Return the offered media type that the Accept header prefers, None when it takes none."""
    ranges = [_range(part, place) for place, part in enumerate(header.split(",")) if part.strip()]
    if not ranges:
        return offered[0]
    best = max(offered, key=lambda media: _rank(media, ranges))
    return best if _rank(best, ranges)[0] > 0 else None


def _rank(offered: str, ranges: list[_Range]) -> tuple[float, int, int]:
    """Return quality, precision and place of the range that says most about this media type."""
    covering = [each for each in ranges if each.covers(offered)]
    if not covering:
        return (0.0, 0, 0)
    decisive = max(covering, key=lambda each: each.precision)
    return (decisive.quality, decisive.precision, -decisive.place)


def _range(part: str, place: int) -> _Range:
    media, *parameters = (piece.strip().lower() for piece in part.split(";"))
    found = [each.removeprefix("q=") for each in parameters if each.startswith("q=")]
    quality = float(found[0]) if found and QUALITY.fullmatch(found[0]) else 1.0
    return _Range(media, quality, place)
