"""Parsing a mail in a process of its own, which is killed when it takes too long."""

import asyncio
import os
import sys
from contextlib import suppress

from pydantic import TypeAdapter

from models.inbound import InboundMail

SECONDS = 10.0  # and as many of CPU time, see `parse_process`
AT_ONCE = 2  # a worker is for more than parsing
PROGRAM = (sys.executable, "-P", "-m", "jobs.mail.parse_process")

_MAIL = TypeAdapter(InboundMail)
_turns = asyncio.Semaphore(AT_ONCE)


class Unparsable(Exception):
    """It cannot be parsed, now or later. The text says why, for people."""


async def parse(source: bytes) -> InboundMail:
    """Return what the mail says. Raises Unparsable when that breaks the process, or takes too long."""
    async with _turns:
        process = await asyncio.create_subprocess_exec(
            *PROGRAM,
            env=_environment(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(SECONDS):
                out, _ = await process.communicate(source)
        except TimeoutError:
            raise Unparsable("Parsing it took too long.") from None
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode != 0:
        raise Unparsable("It could not be parsed.")
    return _MAIL.validate_json(out)


def _environment() -> dict[str, str]:
    """Return what the process needs to find its code. Our secrets are none of its business."""
    return {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
