"""A small schema, and the face of it, for tests of what runs any schema."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from enum import Enum

import httpx
import strawberry
from starlette.types import Scope

from models.actors import Actor, ActorKind
from models.errors import Invalid, Unauthenticated
from realtime.requests import Request
from schema.documents import Documents, Prepared
from schema.http import Endpoint


@strawberry.enum
class Colour(Enum):
    RED = "RED"


@strawberry.type
class Node:
    name: str = "leaf"

    @strawberry.field
    def inner(self) -> "Node":
        return Node()


@strawberry.type
class NodeEdge:
    node: Node


@strawberry.type
class NodeConnection:
    edges: list[NodeEdge]


@strawberry.input
class Filter:
    colour: Colour | None = None
    nested: list["Filter"] | None = None


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "you", count: int = 1) -> str:
        return f"Hello, {name}!" * count

    @strawberry.field
    def filtered(self, by: Filter | None = None) -> str:
        return "yes"

    @strawberry.field
    def top(self) -> Node:
        return Node()

    @strawberry.field
    def page(self, first: int | None = None, last: int | None = None) -> NodeConnection:
        return NodeConnection(edges=[])

    @strawberry.field
    def nodes(self, ids: list[strawberry.ID]) -> list[Node]:
        return [Node() for _ in ids]

    @strawberry.field
    def refuse(self) -> str | None:
        raise Invalid("Please choose another title.", path=("title",))

    @strawberry.field
    async def fail(self) -> str | None:
        raise RuntimeError("the secret password")

    @strawberry.field
    def null(self) -> str:
        return None  # type: ignore[return-value]

    @strawberry.field
    async def wait(self) -> str | None:
        await asyncio.Event().wait()


@strawberry.type
class Mutation:
    @strawberry.mutation
    def change(self) -> str:
        return "changed"


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def ticks(self) -> AsyncGenerator[int, None]:
        yield 1


schema = strawberry.Schema(Query, Mutation, Subscription)
ADA = Actor(ActorKind.API_KEY, 1, frozenset(), credential_id=12)


def documents(*, introspection: bool = True, suggestions: bool = True) -> Documents:
    return Documents(schema, introspection=introspection, suggestions=suggestions)


def prepare(query: str, variables: Mapping[str, object] | None = None) -> Prepared:
    return documents().prepare(Request(query, dict(variables or {})))


@dataclass
class ToyFace:
    """Lets in who says so, and knows whom it has met."""

    documents: Documents = field(default_factory=documents)
    schema: strawberry.Schema = schema
    actor: Actor = ADA

    async def greet(self, scope: Scope) -> Actor:
        if (b"authorization", b"Bearer wrong") in scope["headers"]:
            raise Unauthenticated("This key is not valid.")
        if (b"authorization", b"Bearer bug") in scope["headers"]:
            raise RuntimeError("the secret password")
        return self.actor

    def context(self, actor: Actor) -> object:
        return {"actor": actor}


def client_of(endpoint: Endpoint) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(endpoint), base_url="http://desk")


def code_of(response: httpx.Response) -> str:
    return response.json()["errors"][0]["extensions"]["code"]
