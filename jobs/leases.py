"""Keeping a claim while its job runs, however long that takes."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import structlog

from jobs import claims
from jobs.claims import Claim
from models.database import spawn
from models.errors import DeskError
from settings import settings

log = structlog.stdlib.get_logger(__name__)


@asynccontextmanager
async def kept(claim: Claim) -> AsyncGenerator[None]:
    """Renew the claim's lease again and again inside the block."""
    keeper = spawn(_keep(claim))
    try:
        yield
    finally:
        keeper.cancel()


async def _keep(claim: Claim) -> None:
    is_ours = True
    while is_ours:
        await asyncio.sleep(settings.lease_seconds / 3)  # two renewals may fail before it ends
        try:
            is_ours = await claims.renew(claim)
        except DeskError as refusal:
            log.warning("lease_not_renewed", code=refusal.code, outbox_id=claim.outbox_id)
