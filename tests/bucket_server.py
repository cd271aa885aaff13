"""A bucket on this machine: as much of S3's protocol as our store speaks, over HTTP."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from xml.sax.saxutils import escape

import uvicorn
from ports import free_port
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

KEY = re.compile(r"<Key>([^<]+)</Key>")


@dataclass
class BucketServer:
    """What lies in the bucket, by name, and how it answers: `fault` is a status for all requests."""

    port: int
    lies: dict[str, bytes] = field(default_factory=dict[str, bytes])
    fault: int | None = None

    @property
    def url(self) -> str:
        return f"s3://desk/files?endpoint=http://127.0.0.1:{self.port}&region=eu-central-1"

    async def answer(self, request: Request) -> Response:
        if self.fault is not None or "authorization" not in request.headers:
            return Response("<Error><Code>Refused</Code></Error>", self.fault or 403)
        name = request.path_params.get("name", "")
        if request.method == "PUT":
            self.lies[name] = await request.body()
            return Response(headers={"etag": '"1"'})
        if request.method == "POST":
            gone = KEY.findall((await request.body()).decode())
            self.lies = {name: content for name, content in self.lies.items() if name not in gone}
            rows = "".join(f"<Deleted><Key>{name}</Key></Deleted>" for name in gone)
            return Response(f"<DeleteResult>{rows}</DeleteResult>")
        return self._listed(request.query_params.get("prefix", "")) if not name else self._shown(name)

    def _shown(self, name: str) -> Response:
        if name not in self.lies:
            return Response("<Error><Code>NoSuchKey</Code></Error>", 404)
        return Response(
            self.lies[name], headers={"etag": '"1"', "last-modified": f"{_then():%a, %d %b %Y %H:%M:%S GMT}"}
        )

    def _listed(self, prefix: str) -> Response:
        rows = "".join(
            f"<Contents><Key>{escape(name)}</Key><Size>{len(content)}</Size><ETag>1</ETag>"
            f"<LastModified>{_then():%Y-%m-%dT%H:%M:%S.000Z}</LastModified></Contents>"
            for name, content in sorted(self.lies.items())
            if name.startswith(prefix)
        )
        return Response(f"<ListBucketResult><Name>desk</Name>{rows}</ListBucketResult>")


@asynccontextmanager
async def bucket_server() -> AsyncGenerator[BucketServer]:
    """Run a server with an empty bucket called `desk`."""
    bucket = BucketServer(free_port())
    routes = [
        Route(path, bucket.answer, methods=["GET", "PUT", "POST"]) for path in ("/desk", "/desk/{name:path}")
    ]
    config = uvicorn.Config(Starlette(routes=routes), port=bucket.port, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield bucket
    finally:
        server.should_exit = server.force_exit = True
        await serving


def _then() -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC)
