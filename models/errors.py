"""The refusals that a person may read. Anything else that is raised is a bug of ours."""

from typing import ClassVar


class DeskError(Exception):
    """A refusal. `code` is for machines, the text for people: a whole sentence, what to do next."""

    code: ClassVar[str] = "INTERNAL_SERVER_ERROR"

    def __init__(self, message: str, *, path: tuple[str, ...] = ()) -> None:
        """`path` leads to the input field at fault, such as `("input", "title")`."""
        super().__init__(message)
        self.message = message
        self.path = path


class Invalid(DeskError):
    code = "BAD_USER_INPUT"


class TooLarge(DeskError):
    """More bytes than there may be. Whoever sends them need not go on."""

    code = "PAYLOAD_TOO_LARGE"


class Unauthenticated(DeskError):
    code = "UNAUTHENTICATED"


class Forbidden(DeskError):
    code = "FORBIDDEN"


class NotFound(DeskError):
    code = "NOT_FOUND"


class Conflict(DeskError):
    code = "CONFLICT"


class StaleObject(Conflict):
    """The row was changed since the version that the caller has seen. `row` is how it stands now."""

    code = "STALE_OBJECT"

    def __init__(self, message: str, row: object) -> None:
        super().__init__(message)
        self.row = row


class AlreadyMerged(Conflict):
    """The ticket was merged into another. `primary` is the one at the end of the chain."""

    def __init__(self, message: str, primary: object) -> None:
        super().__init__(message)
        self.primary = primary


class IdempotencyKeyReused(Conflict):
    """The key was used before with another input."""

    code = "IDEMPOTENCY_KEY_REUSED"


class RateLimited(DeskError):
    """Too much too fast. `retry_seconds` says when to come back."""

    code = "RATE_LIMITED"

    def __init__(self, message: str, *, retry_seconds: float = 1) -> None:
        super().__init__(message)
        self.retry_seconds = retry_seconds


class TimedOut(DeskError):
    code = "TIMEOUT"


class Unavailable(DeskError):
    """A part that we need does not answer now."""

    code = "SERVICE_UNAVAILABLE"
