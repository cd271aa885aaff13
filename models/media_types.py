"""What a file is, by its first bytes; and as what it is sent. Nobody's word is taken for it."""

import codecs
import re

HEAD_BYTES = 8192  # of a file, which are enough to tell
UNKNOWN = "application/octet-stream"
TEXT = "text/plain"
IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""Pictures that a browser may show by themselves: none of them can hold a script."""

SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (8, b"WAVE", "audio/wav"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftyp", "video/mp4"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"\x1f\x8b\x08", "application/gzip"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"OggS\x00", "audio/ogg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
)
"""Offset, bytes, type; the first that fits."""

IN_ZIP = (
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    (b"mimetypeapplication/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text"),
    (
        b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.spreadsheet",
    ),
)
"""What a name near the beginning of a zip file makes of it."""

MARKUP = (
    (re.compile(r"<!doctype\s+html|<(html|head|body|script|iframe)\b"), "text/html"),
    (re.compile(r"<svg\b"), "image/svg+xml"),
    (re.compile(r"\A<\?xml\b"), "application/xml"),
)
ACTIVE = frozenset(kind for _, kind in MARKUP)
"""What a browser might run. It is never sent as what it is."""

_BINARY = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def sniffed(head: bytes) -> str:
    """Return the media type of the file that begins so; it is one of this module's, whatever comes."""
    for offset, mark, kind in SIGNATURES:
        if head.startswith(mark, offset) and _fits(head, kind):
            return _zipped(head) if kind == "application/zip" else kind
    text = _text(head)
    if text is None:
        return UNKNOWN
    start = text.lstrip("\ufeff \t\r\n").lower()
    return next((kind for mark, kind in MARKUP if mark.search(start)), TEXT)


def served(media_type: str | None) -> str:
    """Return as what a file of this type is sent: what could run in a browser becomes bytes."""
    return UNKNOWN if media_type is None or media_type in ACTIVE else media_type


def is_image(media_type: str | None) -> bool:
    """Tell whether a browser may show the file by itself."""
    return media_type in IMAGES


def _fits(head: bytes, kind: str) -> bool:
    """Tell whether a mark that is not at the beginning stands in the right frame."""
    return head.startswith(b"RIFF") if kind in ("image/webp", "audio/wav") else True


def _zipped(head: bytes) -> str:
    return next((kind for mark, kind in IN_ZIP if mark in head), "application/zip")


def _text(head: bytes) -> str | None:
    """Return the beginning as text; None when it is none. A character may be cut at the end."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head.decode("utf-16", "replace")
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return None
    return None if _BINARY.search(text) else text
