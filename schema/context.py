"""What the resolvers of one request share: who asks, and the loaders."""

from typing import TypeAlias

import strawberry
from strawberry.types import Info as StrawberryInfo

from models.actors import Actor
from schema.loaders import Loaders


class Context:
    """Made anew for each request, and for each event of a subscription."""

    def __init__(self, actor: Actor, *, may_mutate: bool = True) -> None:
        """`may_mutate` is False on a socket: changes are sent over HTTP."""
        self.actor = actor
        self.may_mutate = may_mutate
        self.load = Loaders(actor)


Info: TypeAlias = StrawberryInfo[Context, None]
Parent = strawberry.Parent
