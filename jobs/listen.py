"""The process that takes mail in: `deskwire listen`."""

import asyncio

import structlog

from jobs.mail.listener import Listener
from jobs.origin import listener_port
from models.database import database
from settings import settings

log = structlog.stdlib.get_logger(__name__)
POOL = 4  # connections; storing a mail takes milliseconds


async def keep_listening(url: str, stop: asyncio.Event) -> None:
    """Take mail until `stop`, and finish what is under way then."""
    async with database(url, pool=POOL):
        listener = Listener()
        await listener.start(settings.smtp_in_host, listener_port())
        log.info("listener_started", host=settings.smtp_in_host, port=listener.port)
        await stop.wait()
        await listener.stop()
    log.info("listener_stopped")
