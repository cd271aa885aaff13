"""A member at a browser, signed in: what they ask goes with the session's cookie."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import cast
import httpx
from running_web import RunningWeb

from realtime.cookies import session_cookie
from resolvers import sessions


class Browser:
    """A browser with a session in it."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def post(self, query: str, **variables: Any) -> dict[str, Any]:
        """Run an operation and return the whole answer."""
        body = {"query": query, "variables": variables}
        return (await self._client.post("/graphql", json=body)).json()

    async def run(self, query: str, **variables: Any) -> dict[str, Any]:
        """Run an operation that must succeed, and return its data."""
        answer = await self.post(query, **variables)
        assert "errors" not in answer, answer
        return answer["data"]


@asynccontextmanager
async def signed_in(web: RunningWeb, email: str, password: str = cast.PASSWORD) -> AsyncGenerator[Browser]:
    """Sign in at the desk with a browser."""
    secret = await sessions.sign_in(email, password, None, "192.0.2.9")
    headers = {"cookie": f"{session_cookie()}={secret}", "origin": web.url}
    async with httpx.AsyncClient(base_url=web.url, headers=headers, verify=False) as client:
        yield Browser(client)
