"""How fast a client may send frames."""

from settings import settings


class Pace:
    """A token bucket for one socket, on the loop's seconds."""

    def __init__(self, now: float) -> None:
        self._left = float(_burst())
        self._at = now

    def allows(self, now: float) -> bool:
        """Tell whether one more frame is within the limit, and count it."""
        regained = (now - self._at) * settings.frames_per_second
        self._left = min(_burst(), self._left + regained)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


def _burst() -> int:
    """A client that comes back may take up all of its operations at once."""
    return settings.socket_operations + settings.frames_per_second
