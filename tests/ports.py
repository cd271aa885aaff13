"""Free ports for what tests start, out of the range from which the system takes its own for connections."""

import random
import socket

from jobs.origin import SMTP_PORT_APART

FIRST, LAST = 15_000, 32_000  # Linux gives connections ports from 32,768 on
TRIES = 1000


def free_port() -> int:
    """Return a port that is free, as is the one at which mail would be taken beside it."""
    for _ in range(TRIES):
        port = random.randrange(FIRST, LAST)
        if _is_free(port) and _is_free(port + SMTP_PORT_APART):
            return port
    raise AssertionError("No port is free.")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
