"""A worker process for Acme's office, on a broker and a doorbell by choice, and the letters that it sends."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from office import Office
from processes import QUICK, ROOT, Process

from settings import settings

LETTER_SECONDS = 30
LOOK_SECONDS = 0.02


@asynccontextmanager
async def worker(office: Office, name: str = "worker", **environment: str) -> AsyncGenerator[Process]:
    """A worker that works; it is ended outright unless the test did that better."""
    told = QUICK | {
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": office.url,
        "DATA": str(office.folder),
        "DESKWIRE_SECRET_KEY": settings.secret_key.get_secret_value(),
    }
    made = Process("work", told | environment, office.folder / f"{name}.log")
    await made.start()
    try:
        await made.has_said("worker_started")
        yield made
    finally:
        await made.kill()


async def letters(office: Office, count: int) -> None:
    """Wait until so many letters have been sent."""
    async with asyncio.timeout(LETTER_SECONDS):
        while len(office.inbox()) < count:
            await asyncio.sleep(LOOK_SECONDS)
