"""A GraphQL face: one schema, who may use it, and its operations over HTTP and sockets."""

from collections.abc import AsyncGenerator, Hashable, Mapping
from dataclasses import replace
from inspect import isawaitable
from typing import Protocol

import orjson
import strawberry
from graphql import (
    ExecutionResult,
    Executor,
    ListTypeNode,
    NamedTypeNode,
    NonNullTypeNode,
    TypeNode,
    create_source_event_stream,
)
from starlette.types import Scope

from models.actors import Actor
from models.errors import DeskError
from realtime.faces import Events
from realtime.handshake import Handshake, handshake_from
from realtime.hub import Hub, Results
from realtime.requests import Refused, Request, refusal
from realtime.signals import Signal, Topic
from schema.context import Context
from schema.cursors import event_cursor, parsed_event_cursor
from schema.documents import Documents, Prepared, core_schema
from schema.errors import format_errors
from schema.execution import execute, execute_event
from schema.rates import Rates
from schema.signals import Subscription


class Credentials(Protocol):
    """How a face knows who calls."""

    async def actor(self, headers: Mapping[str, str], params: Mapping[str, object]) -> Actor:
        """Return who sent these headers and, on a socket, these params of `connection_init`."""
        ...

    async def renewed(self, actor: Actor) -> Actor:
        """Return what the actor's credential stands for by now; refuses when it has ended."""
        ...


class Face:
    """`/graphql` or `/public/graphql`: what `schema.http` and `realtime.sockets` need of it."""

    def __init__(
        self, schema: strawberry.Schema, credentials: Credentials, hub: Hub, rates: Rates, *, public: bool
    ) -> None:
        self.schema = schema
        self.documents = Documents(schema, introspection=not public, suggestions=not public)
        self._credentials = credentials
        self._hub = hub
        self._rates = rates

    async def greet(self, scope: Scope) -> Actor:
        """Return who makes an HTTP request."""
        return await self._credentials.actor(handshake_from(scope).headers, {})

    async def welcome(self, params: Mapping[str, object], handshake: Handshake) -> Actor:
        """Return who opens a socket."""
        return await self._credentials.actor(handshake.headers, params)

    async def still_welcome(self, actor: Actor) -> bool:
        """Tell whether the actor may do by now exactly what they could do when they came."""
        try:
            return await self._credentials.renewed(actor) == actor
        except DeskError:
            return False

    def context(self, actor: Actor) -> Context:
        """Return a fresh context for one request over HTTP."""
        return Context(actor)

    async def operate(self, actor: Actor, request: Request) -> AsyncGenerator[bytes]:
        """Yield the results of an operation on a socket."""
        prepared = self.documents.prepare(request)
        self._rates.charge(actor, "", prepared.cost)
        if prepared.kind == "subscription":
            wanted = await self._wanted(actor, prepared)
            async for _, encoded in self._subscribe(actor, prepared, wanted):
                yield encoded
            return
        yield await execute(self.schema, prepared, context=Context(actor, may_mutate=False))

    async def stream(self, actor: Actor, request: Request, after: str | None) -> Events:
        """Return the results of a subscription, each with the cursor to resume from.

        `after` is such a cursor; it goes before the one in the document's arguments. Refuses, before
        anything is streamed, what is no subscription and what the actor may not see.
        """
        prepared = self.documents.prepare(request)
        if prepared.kind != "subscription":
            raise refusal(
                "An event stream carries a subscription.", "OPERATION_RESOLUTION_FAILURE", status=400
            )
        self._rates.charge(actor, "", prepared.cost)
        wanted = await self._wanted(actor, prepared)
        if after is not None:
            wanted = replace(wanted, after=parsed_event_cursor(actor, after))
        return self._events(actor, prepared, wanted)

    async def _events(self, actor: Actor, prepared: Prepared, wanted: Subscription) -> Events:
        async for signal, encoded in self._subscribe(actor, prepared, wanted):
            yield event_cursor(actor, signal.seq), encoded

    async def _subscribe(self, actor: Actor, prepared: Prepared, wanted: Subscription) -> Results:
        async def results(signals: AsyncGenerator[Signal]) -> AsyncGenerator[tuple[Signal, bytes]]:
            async for signal in signals:
                context = Context(actor, may_mutate=False)
                yield signal, await execute_event(self.schema, prepared, context=context, event=signal)

        key = _group_key(actor, prepared, wanted.topic)
        async for result in self._hub.subscribe(key, wanted.topic, wanted.after, results):
            yield result

    async def _wanted(self, actor: Actor, prepared: Prepared) -> Subscription:
        """Ask the subscription's resolver what it is about; it refuses what the actor may not see."""
        executor = Executor.build(
            core_schema(self.schema),
            prepared.document,
            context_value=Context(actor, may_mutate=False),
            raw_variable_values=prepared.variables,
            operation_name=prepared.name,
        )
        if not isinstance(executor, Executor):
            raise Refused(format_errors(executor))
        stream = create_source_event_stream(executor)
        found = await stream if isawaitable(stream) else stream
        if isinstance(found, ExecutionResult):
            raise Refused(format_errors(found.errors or []))
        async for subscription in found:
            return subscription
        raise AssertionError("a subscription's resolver yields what it is about")


def _group_key(actor: Actor, prepared: Prepared, topic: Topic) -> Hashable:
    """Return what equal subscriptions have in common: document, variables, topic, scope; not the cursor.

    Fields whose values are one person's own are called `viewer…`; a topic of one person says so itself.
    """
    cursors = {
        definition.variable.name.value
        for definition in prepared.operation.variable_definitions or ()
        if _named(definition.type) == "EventCursor"
    }
    variables = {name: value for name, value in prepared.variables.items() if name not in cursors}
    said = orjson.dumps(variables, option=orjson.OPT_SORT_KEYS)
    scope = (actor.workspace_id, actor.permissions, actor.ticket_id)
    person = actor.principal if "viewer" in prepared.text else None
    return (prepared.text, prepared.name, said, topic, scope, person)


def _named(node: TypeNode) -> str:
    while isinstance(node, ListTypeNode | NonNullTypeNode):
        node = node.type
    assert isinstance(node, NamedTypeNode)
    return node.name.value
