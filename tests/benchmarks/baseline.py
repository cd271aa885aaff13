"""The baseline: the same list of tickets as a plain Strawberry + Tortoise + Starlette server.

It is written as the documentation of the three teaches, and well: one statement for tickets with
their contact and assignee, one for all labels. It knows no tenants, no costs and no limits.
"""

import base64
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Generic, TypeVar

import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.permission import BasePermission
from strawberry.types import Info
from tortoise import Tortoise
from tortoise.backends.base.config_generator import expand_db_url

from models.labels import LabelColor
from models.ticket_enums import Priority, Status
from settings import settings
from tests.benchmarks.baseline_tables import PlainLabel, PlainTicket, copy_from_workspace

KEY = os.environ.get("BASELINE_KEY", "")
WORKSPACE_ID = int(os.environ.get("BASELINE_WORKSPACE_ID", "0"))

Node = TypeVar("Node")
TicketStatus = strawberry.enum(Status, name="TicketStatus")
TicketPriority = strawberry.enum(Priority, name="TicketPriority")
Color = strawberry.enum(LabelColor)


class IsAuthenticated(BasePermission):
    message = "User is not authenticated"

    def has_permission(self, source: object, info: Info[Any, Any], **kwargs: object) -> bool:
        request: Request = info.context["request"]
        return request.headers.get("authorization") == f"Bearer {KEY}"


@strawberry.type
class Person:
    name: str


@strawberry.type
class Label:
    name: str
    color: Color  # pyright: ignore[reportInvalidTypeForm]


@strawberry.type
class Ticket:
    id: strawberry.ID
    reference: str
    title: str
    status: TicketStatus  # pyright: ignore[reportInvalidTypeForm]
    priority: TicketPriority  # pyright: ignore[reportInvalidTypeForm]
    created_at: datetime
    contact: Person
    assignee: Person | None

    @strawberry.field(graphql_type=list[Label])
    @staticmethod
    def labels(root: strawberry.Parent[PlainTicket]) -> list[PlainLabel]:
        return list(root.labels)


@strawberry.type
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class Edge(Generic[Node]):
    cursor: str
    node: Node


@strawberry.type
class Connection(Generic[Node]):
    edges: list[Edge[Node]]
    nodes: list[Node]
    page_info: PageInfo


@strawberry.type
class Query:
    @strawberry.field(graphql_type=Connection[Ticket], permission_classes=[IsAuthenticated])
    async def tickets(self, first: int = 25, after: str | None = None) -> Connection[Any]:
        rows = PlainTicket.all().order_by("-created_at", "-id").limit(first + 1)
        if after is not None:
            rows = rows.filter(created_at__lt=_instant(after))
        found = await rows.select_related("contact", "assignee").prefetch_related("labels")
        page = found[:first]
        edges: list[Edge[Any]] = [Edge(cursor=_cursor(row), node=row) for row in page]
        end = edges[-1].cursor if edges else None
        here = PageInfo(has_next_page=len(found) > first, end_cursor=end)
        return Connection(edges=edges, nodes=page, page_info=here)


@asynccontextmanager
async def opened(_: Starlette) -> AsyncGenerator[None]:
    credentials = expand_db_url(settings.database_url)["credentials"]
    credentials["maxsize"] = settings.database_pool
    config = {
        "connections": {"default": {"engine": "tortoise.backends.asyncpg", "credentials": credentials}},
        "apps": {"models": {"models": ["tests.benchmarks.baseline_tables"]}},
        "use_tz": True,
    }
    await Tortoise.init(config=config, _enable_global_fallback=True)
    await Tortoise.generate_schemas()
    await copy_from_workspace(WORKSPACE_ID)
    yield
    await Tortoise.close_connections()


def _cursor(row: PlainTicket) -> str:
    return base64.b64encode(row.created_at.isoformat().encode()).decode()


def _instant(cursor: str) -> datetime:
    return datetime.fromisoformat(base64.b64decode(cursor).decode())


face = GraphQL[Any, Any](strawberry.Schema(Query), graphql_ide=None)
app = Starlette(routes=[Route("/graphql", face)], lifespan=opened)

if __name__ == "__main__":
    uvicorn.run(app, port=settings.port, log_level="warning")
