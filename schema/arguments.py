"""The arguments of connections: which page of a list is wanted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import strawberry

from models.errors import Invalid
from resolvers.lists import Window

Place = TypeVar("Place")
PAGE = 25
LARGEST_PAGE = 100

First = Annotated[
    int | None, strawberry.argument(description="The first so many, 1 to 100; 25 if neither is given.")
]
Last = Annotated[
    int | None, strawberry.argument(description="The last so many, 1 to 100; not together with `first`.")
]
After = Annotated[str | None, strawberry.argument(description="Only what comes after this cursor; opaque.")]
Before = Annotated[str | None, strawberry.argument(description="Only what comes before this cursor; opaque.")]


@dataclass(frozen=True)
class Wanted:
    """The four arguments of a connection as they came."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None

    def window(self, parse: Callable[[str], Place]) -> Window[Place]:
        """Return the window they ask for. Refuses with Invalid what makes no sense."""
        if self.first is not None and self.last is not None:
            raise Invalid("Give `first` or `last`, not both.")
        if self.after is not None and self.before is not None:
            raise Invalid("Give `after` or `before`, not both.")
        backward = self.last is not None or (self.first is None and self.before is not None)
        if (self.after if backward else self.before) is not None:
            raise Invalid("`after` goes with `first`, and `before` with `last`.")
        size = self.last if backward else self.first
        place = self.before if backward else self.after
        return Window(_size(size), None if place is None else parse(place), backward)


def wanted(first: Any, after: Any, last: Any, before: Any) -> Wanted:
    """Return the arguments as they came: what was left out, or null, is None."""
    return Wanted(given(first), given(after), given(last), given(before))


def given(value: Any) -> Any:
    """Return an argument or a field of an input, None where it was left out."""
    return None if value is strawberry.UNSET else value


def _size(asked: int | None) -> int:
    size = PAGE if asked is None else asked
    if not 1 <= size <= LARGEST_PAGE:
        raise Invalid(f"A page has 1 to {LARGEST_PAGE} items.")
    return size
