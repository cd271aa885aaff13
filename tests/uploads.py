"""Announcing, uploading and reading files as clients do it."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from running_web import RunningWeb

UPLOAD = """
mutation ($input: AttachmentUploadInput!) { attachmentUpload(input: $input) {
  uploadUrl expiresAt eventCursor errors { code path message }
  attachment { id name bytes mediaType url } } }"""
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 40


async def announced(
    web: RunningWeb, key: str, size: int, name: str = "photo.png", *, path: str = "/graphql", **more: Any
) -> dict[str, Any]:
    """Announce a file and return the payload."""
    data = await web.run(UPLOAD, key, path=path, input={"name": name, "bytes": size} | more)
    return data["attachmentUpload"]


async def put(web: RunningWeb, url: str, content: Any, **headers: str) -> httpx.Response:
    """Send the bytes to the link."""
    async with httpx.AsyncClient(verify=False) as client:
        return await client.put(local(web, url), content=content, headers=headers)


async def read(web: RunningWeb, url: str) -> httpx.Response:
    """Read what a link leads to."""
    async with httpx.AsyncClient(verify=False) as client:
        return await client.get(local(web, url))


async def uploaded(
    web: RunningWeb, key: str, content: bytes = PNG, name: str = "photo.png", *, path: str = "/graphql"
) -> str:
    """Announce and upload a file; return its id."""
    payload = await announced(web, key, len(content), name, path=path)
    answer = await put(web, payload["uploadUrl"], content)
    assert answer.status_code == 201, answer.text
    return payload["attachment"]["id"]


async def url_of(web: RunningWeb, key: str, file: str) -> str:
    """Return the link by which the file is downloaded."""
    query = "query ($id: ID!) { node(id: $id) { ... on Attachment { url } } }"
    return (await web.run(query, key, id=file))["node"]["url"]


def local(web: RunningWeb, url: str) -> str:
    """Return the link on the test's own port."""
    parts = urlsplit(url)
    return f"{web.url}{parts.path}?{parts.query}"


def signed(url: str) -> dict[str, str]:
    """Return what stands behind the question mark."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
