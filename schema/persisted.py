"""Documents known by their sha256: Apollo's automatic persisted queries, and `documentId`."""

import re
from collections import OrderedDict
from hashlib import sha256
from typing import cast

from realtime.requests import Refused, Request, refusal

SHA256 = re.compile(r"[0-9a-f]{64}")
LONGEST_KEPT = 16 * 1024  # characters; so that a full store stays small


class Persisted:
    """The texts this process has been given lately, at most `most` of them."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._texts: OrderedDict[str, str] = OrderedDict()

    def text(self, request: Request) -> str:
        """Return the document that the request gives or names. Refuses when it does neither."""
        digest = _digest(request)
        if request.query is None and digest is None:
            raise refusal("The request has no `query`.", "BAD_REQUEST", status=400)
        if request.query is None:
            return self._known(cast("str", digest))
        if digest is not None and digest != _sha256(request.query):
            raise refusal("The hash is not that of the `query`.", "BAD_REQUEST", status=400)
        return request.query

    def keep(self, text: str, request: Request | None = None) -> None:
        """Keep a valid document, if the request asks for it (or nobody did: ours)."""
        is_asked = request is None or _digest(request) is not None
        if not is_asked or len(text) > LONGEST_KEPT:
            return
        digest = _sha256(text)
        self._texts[digest] = text
        self._texts.move_to_end(digest)
        if len(self._texts) > self._most:
            self._texts.popitem(last=False)

    def _known(self, digest: str) -> str:
        text = self._texts.get(digest)
        if text is None:
            raise _not_found()
        self._texts.move_to_end(digest)
        return text


def _digest(request: Request) -> str | None:
    """Return the sha256 that the request names, in either of the two ways."""
    if request.document_id is not None:
        return _checked(request.document_id.removeprefix("sha256:"))
    named = (request.extensions or {}).get("persistedQuery")
    if named is None:
        return None
    if not isinstance(named, dict):
        raise refusal("`persistedQuery` must be a JSON object.", "BAD_REQUEST", status=400)
    persisted = cast("dict[str, object]", named)
    if persisted.get("version") != 1:
        raise refusal("PersistedQueryNotSupported", "PERSISTED_QUERY_NOT_SUPPORTED")
    return _checked(persisted.get("sha256Hash"))


def _checked(digest: object) -> str:
    if isinstance(digest, str) and SHA256.fullmatch(digest.lower()):
        return digest.lower()
    raise refusal("The document's id must be its sha256 in hex.", "BAD_REQUEST", status=400)


def _not_found() -> Refused:
    """Return the refusal in the words that Apollo's clients wait for to send the whole text."""
    return refusal("PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND")


def _sha256(text: str) -> str:
    return sha256(text.encode()).hexdigest()
