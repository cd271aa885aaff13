"""Names, types and links of files: rules without rows."""

from datetime import UTC, datetime, timedelta

import pytest

from models.attachment_links import Link, Use, checked_link
from models.attachments import cleaned_name, size_in_words
from models.errors import NotFound
from models.media_types import HEAD_BYTES, served, sniffed

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
ZIP = b"PK\x03\x04\x14\0\0\0\0\0" + b"\0" * 16


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("photo.png", "photo.png"),
        ("/etc/passwd", "passwd"),
        ("C:\\Users\\a\\b.txt", "b.txt"),
        ("..", "file"),
        (".", "file"),
        ("", "file"),
        ("a/", "file"),
        ("\0\x01\x7f", "file"),
        ("a\r\nb\tc.txt", "a b c.txt"),
        ("a\u2028b", "a b"),
        ("gpj.\u202etxe.exe", "gpj.txe.exe"),
        ("a\u200bb\ufeffc\u2066d.txt", "abcd.txt"),
        ('a"b<c>:d|e?f*.txt', "a_b_c__d_e_f_.txt"),
        ("  . a .txt. ", "a .txt"),
        ("U\u0308ber.pdf", "\u00dcber.pdf"),
        ("\u0646\u0627\u0645\u0647\u200c\u0647\u0627.pdf", "\u0646\u0627\u0645\u0647\u200c\u0647\u0627.pdf"),
        ("a" * 300 + ".png", "a" * 251 + ".png"),
        ("é" * 200 + ".png", "é" * 125 + ".png"),
        ("a." + "b" * 300, "a." + "b" * 253),
        ("x" * 300, "x" * 255),
        ("\ud800.txt", "txt"),
    ],
)
def test_a_name_keeps_what_people_read_and_nothing_else(name, cleaned):
    assert cleaned_name(name) == cleaned
    assert len(cleaned_name(name).encode()) <= 255
    assert cleaned_name(cleaned) == cleaned


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a<script>alert(1)</script>", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
        (b"XXXX\0\0\0\0WEBP", "application/octet-stream"),
        (b"\0\0\0\x18ftypmp42", "video/mp4"),
        (b"\0\0\0\x18ftypheic", "image/heic"),
        (b"%PDF-1.7", "application/pdf"),
        (ZIP, "application/zip"),
        (
            ZIP + b"word/document.xml",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (ZIP + b"xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (b"\x1f\x8b\x08\0", "application/gzip"),
        (b"MZ\x90\0\x03", "application/octet-stream"),
        (b"\x7fELF\x02", "application/octet-stream"),
        (bytes(range(256)), "application/octet-stream"),
        (b"", "text/plain"),
        (b"hello", "text/plain"),
        ("hällo".encode(), "text/plain"),
        ("hällo".encode("latin-1"), "application/octet-stream"),
        ("hällo".encode("utf-16"), "text/plain"),
        (b"a" * (HEAD_BYTES - 1) + "ä".encode()[:1], "text/plain"),
        (b"BMW is a car", "text/plain"),
        (b"<!DOCTYPE html>", "text/html"),
        (b"\xef\xbb\xbf \n<HTML>", "text/html"),
        (b"<p>Hello</p><script>alert(1)</script>", "text/html"),
        (b"<svg onload=alert(1)>", "image/svg+xml"),
        (b"<?xml version='1.0'?><svg/>", "image/svg+xml"),
        (b"<?xml version='1.0'?><a/>", "application/xml"),
        ("<script>".encode("utf-16"), "text/html"),
    ],
)
def test_a_file_is_what_its_bytes_say(head, kind):
    assert sniffed(head) == kind


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "application/xml", None])
def test_what_could_run_is_sent_as_bytes(kind):
    assert served(kind) == "application/octet-stream"


@pytest.mark.parametrize(
    ("size", "words"), [(1, "1 bytes"), (999, "999 bytes"), (1000, "1 kB"), (3_400_000, "3.4 MB")]
)
def test_sizes_are_said_in_words(size, words):
    assert size_in_words(size) == words


@pytest.mark.parametrize(("seconds", "is_good"), [(0, True), (-1, True), (1, False)])
def test_a_link_is_good_until_its_last_second(seconds, is_good):
    link = Link(Use.DOWNLOAD, 1, 2, NOW)
    said = ("1", "2", "download", str(int(NOW.timestamp())), link.signature)
    at = NOW + timedelta(seconds=seconds) - timedelta(milliseconds=1)

    if is_good:
        assert checked_link(*said, now=at) == link
    else:
        with pytest.raises(NotFound):
            checked_link(*said, now=at)


@pytest.mark.parametrize("part", range(4))
def test_each_part_of_a_link_is_signed(part):
    link = Link(Use.DOWNLOAD, 1, 2, NOW)
    said = ["1", "2", "download", str(int(NOW.timestamp())), link.signature]
    said[part] = {0: "3", 1: "3", 2: "upload", 3: str(int(NOW.timestamp()) + 60)}[part]

    with pytest.raises(NotFound):
        checked_link(*said, now=NOW - timedelta(minutes=1))
