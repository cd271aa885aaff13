"""The process that parses one mail: the mail on its standard input, JSON on its standard output.

It may take so much time and memory, and no more; the mail may be made to break it.
"""

import json
import resource
import sys
from contextlib import suppress
from dataclasses import asdict

from jobs.mail.reading import read

LIMITS = {
    resource.RLIMIT_CPU: 10,
    resource.RLIMIT_AS: 512 * 1024 * 1024,
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_FSIZE: 0,
    resource.RLIMIT_NPROC: 0,
}
"""Seconds, or bytes, or counts."""


def main() -> None:
    """Parse, or end with another code than 0."""
    for limit, most in LIMITS.items():
        with suppress(ValueError, OSError):  # not every system has every limit
            resource.setrlimit(limit, (most, most))
    parsed = asdict(read(sys.stdin.buffer.read()))
    sys.stdout.write(json.dumps(parsed))


if __name__ == "__main__":
    main()
