"""The file store in an S3 bucket, or in anything that speaks like one."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from models.errors import Invalid

FAULTS: tuple[type[Exception], ...] = (BaseError,)
BATCH = 500
WORDS = "ATTACHMENTS_URL is s3://bucket, with ?endpoint=https://… and &region=… where needed."


class Bucket:
    """Files below a prefix of a bucket. Its keys come from AWS_ACCESS_KEY_ID and its kin, or the machine."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if parts.scheme != "s3" or not parts.hostname or set(options) - {"endpoint", "region"}:
            raise Invalid(WORDS)
        config: dict[str, Any] = dict(options)
        if options.get("endpoint", "").startswith("http:"):
            config["client_options"] = {"allow_http": True}
        self._store = S3Store(parts.netloc, prefix=parts.path.strip("/") or None, **config)

    async def put(self, name: str, source: Path) -> None:
        """Send the file. S3 shows it only when it has come whole."""
        await obstore.put_async(self._store, name, source)

    async def open(self, name: str) -> AsyncIterator[bytes] | None:
        """Return the file's pieces; None if it is not there."""
        try:
            found = await obstore.get_async(self._store, name)
        except FileNotFoundError:
            return None
        return _pieces(found)

    async def remove(self, names: Sequence[str]) -> None:
        """Remove the files."""
        if names:
            await obstore.delete_async(self._store, list(names))

    async def answers(self) -> bool:
        """Tell whether the bucket is there and lets us in. Writing a file each time would cost."""
        await obstore.list_with_delimiter_async(self._store, ".probe")
        return True

    async def older(self, than: datetime) -> AsyncIterator[list[str]]:
        """Yield the names of the files that were put before this instant."""
        async for found in obstore.list(self._store, chunk_size=BATCH):
            yield [each["path"] for each in found if each["last_modified"] < than]


async def _pieces(found: "obstore.GetResult") -> AsyncIterator[bytes]:
    async for piece in found.stream():
        yield bytes(piece)
