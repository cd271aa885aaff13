"""Why a socket is closed: the code for machines and fixed words that repeat nothing of a client's."""

from enum import Enum

from models.errors import DeskError, Forbidden, Invalid, NotFound, RateLimited, Unauthenticated


class Closing(Enum):
    """Code and words of each end. 44xx are of graphql-transport-ws, but for 4410, which is ours."""

    MALFORMED = (4400, "Invalid message")
    UNAUTHENTICATED = (4401, "Unauthorized")
    FORBIDDEN = (4403, "Forbidden")
    INIT_TIMEOUT = (4408, "Connection initialisation timeout")
    DUPLICATE_ID = (4409, "Subscriber already exists")
    SECOND_INIT = (4429, "Too many initialisation requests")
    TOO_MANY_SOCKETS = (4429, "Too many sockets")
    TOO_MANY_FRAMES = (4429, "Too many messages")
    TOO_SLOW = (4410, "Too slow, resume from your last cursor")
    RESTART = (1012, "Service restart")
    FAULT = (1011, "Unexpected error")

    @property
    def code(self) -> int:
        return self.value[0]

    @property
    def words(self) -> str:
        return self.value[1]


class Ended(Exception):
    """The client broke a rule that ends its socket."""

    def __init__(self, closing: Closing) -> None:
        super().__init__(closing.words)
        self.closing = closing


REFUSALS: dict[type[DeskError], Closing] = {
    Unauthenticated: Closing.UNAUTHENTICATED,
    Forbidden: Closing.FORBIDDEN,
    NotFound: Closing.FORBIDDEN,
    RateLimited: Closing.TOO_MANY_SOCKETS,
    Invalid: Closing.MALFORMED,
}


def closing_of(refusal: DeskError) -> Closing:
    """Return how a refused `connection_init` ends; what may pass by itself is a RESTART: retry."""
    return REFUSALS.get(type(refusal), Closing.RESTART)
