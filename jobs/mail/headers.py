"""Headers of mails as they really come: folded, raw, wrongly encoded, or with junk between them."""

import base64
import binascii
import re
from collections.abc import Iterator

from jobs.mail.charsets import decoded
from models.addresses import checked_address
from models.errors import Invalid
from models.inbound import Sender
from models.texts import cleaned

HEAD_BYTES = 256 * 1024
FIELDS = 1000

_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:(.*)", re.DOTALL)
_ENCODED = re.compile(r"=\?([^?\s]+)\?([bBqQ])\?([^?]*)\?=")
_ID = re.compile(r"<[^<>\s]{1,250}>")
_ADDRESS = re.compile(r"[^\s<>,;:\"()\[\]@]+@[^\s<>,;:\"()\[\]@]+")
_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|\((?:[^()\\]|\\.)*\)|<[^<>]*>|[,;:]|[^",;:<>()]+|.', re.DOTALL)


class Headers:
    """The headers of a mail by their lower-case names, in order."""

    def __init__(self, fields: list[tuple[str, bytes]]) -> None:
        self._fields = fields

    def __contains__(self, name: str) -> bool:
        return any(known == name for known, _ in self._fields)

    def raw(self, name: str) -> list[str]:
        """Return each header of this name unfolded, its encoded words as they stand."""
        return [_line(decoded(value, None)) for known, value in self._fields if known == name]

    def text(self, name: str) -> str:
        """Return the first header of this name as people read it; empty when there is none."""
        return next((_line(words_decoded(line)) for line in self.raw(name)), "")

    def ids(self, name: str) -> tuple[str, ...]:
        """Return the Message-IDs in the headers of this name, with < and >."""
        return tuple(found for line in self.raw(name) for found in _ID.findall(line))

    def addresses(self, *names: str) -> tuple[str, ...]:
        """Return whatever looks like an address in these headers, lower-case, each once."""
        found = [each.lower() for name in names for line in self.raw(name) for each in _ADDRESS.findall(line)]
        return tuple(dict.fromkeys(found))

    def only_mailbox(self, name: str) -> Sender | None:
        """Return the one mailbox that the headers of this name hold; None where it is none, or several."""
        found = list(mailboxes(", ".join(self.raw(name))))
        return found[0] if len({mailbox.address for mailbox in found}) == 1 else None


def split(source: bytes) -> tuple[Headers, bytes, bytes]:
    """Return a mail's headers, its head without the lines that are no headers, and its body."""
    unix = source.replace(b"\r\n", b"\n").replace(b"\r", b"\n").lstrip(b"\n")
    head, _, body = unix.partition(b"\n\n")
    fields: list[tuple[str, list[bytes]]] = []
    is_junk = True
    for line in head[:HEAD_BYTES].split(b"\n"):
        if line[:1] in (b" ", b"\t"):
            if not is_junk:
                fields[-1][1].append(line)
        elif (found := _FIELD.match(line)) and len(fields) < FIELDS:
            fields.append((found[1].decode("ascii").lower(), [found[2]]))
            is_junk = False
        else:
            is_junk = True
    clean = b"\n".join(name.encode() + b":" + b"\n".join(lines) for name, lines in fields)
    return Headers([(name, b"\n".join(lines)) for name, lines in fields]), clean, body


def words_decoded(line: str) -> str:
    """Return the line with its encoded words (RFC 2047) decoded; what cannot be stays as it is."""
    return "".join(_decoded_runs(line))


def mailboxes(line: str) -> Iterator[Sender]:
    """Yield the mailboxes of an address header. What stands in quotes or comments is never an address."""
    loose = ""
    for tokens in _parts(line):
        name, address = _named(tokens)
        try:
            yield Sender(_line(words_decoded(f"{loose} {name}")), checked_address(address))
        except Invalid:
            # A name with a bare comma, as in `Customer, Carl <carl@example.org>`.
            loose = f"{loose} {address or name}".strip()
        else:
            loose = ""


def _decoded_runs(line: str) -> Iterator[str]:
    """Yield the line's parts as text. Words next to each other may share a character, so are joined."""
    end, charset, run = 0, "", b""
    for found in _ENCODED.finditer(line):
        gap, named = line[end : found.start()], found[1].partition("*")[0].lower()
        if run and (gap.strip() or named != charset):
            yield decoded(run, charset)
            run = b""
        if gap.strip() or end == 0:
            yield gap
        charset, end = named, found.end()
        run += _bytes_of(found)
    yield decoded(run, charset) if run else ""
    yield line[end:]


def _bytes_of(word: re.Match[str]) -> bytes:
    raw = word[3].encode("utf-8", "replace")
    if word[2] in "qQ":
        return binascii.a2b_qp(raw, header=True)
    try:
        return base64.b64decode(raw + b"===")
    except ValueError:
        return raw


def _parts(line: str) -> Iterator[list[str]]:
    """Yield the words between commas and semicolons; the name of a group is dropped."""
    words: list[str] = []
    for word in _WORD.findall(line):
        if word in (",", ";"):
            yield words
            words = []
        elif word == ":":
            words = []
        else:
            words.append(word)
    yield words


def _named(words: list[str]) -> tuple[str, str]:
    """Return the name and the address that these words stand for; the address may be none."""
    angles = [word[1:-1] for word in words if word[0] == "<" and word[-1] == ">"]
    spoken = "".join(_spoken(word) for word in words if word[0] not in "<(").strip()
    if angles:
        return spoken, angles[0].strip() if len(angles) == 1 else ""
    is_quoted = any(word[0] == '"' for word in words)
    remarks = " ".join(word[1:-1] for word in words if word[0] == "(")
    return (spoken, "") if is_quoted else (remarks, spoken)


def _spoken(word: str) -> str:
    return re.sub(r"\\(.)", r"\1", word[1:-1]) if len(word) > 1 and word[0] == '"' else word


def _line(text: str) -> str:
    return " ".join(cleaned(text).split())
