"""What all faults are tried on: an installation on a server of its own, and a mail server."""

from collections.abc import AsyncGenerator

import pytest
from mail_server import MailServer, mail_server
from outside_server import OutsideServer, outside_server
from processes import Site, site


@pytest.fixture(scope="module")
async def server() -> AsyncGenerator[OutsideServer]:
    async with outside_server() as running:
        yield running


@pytest.fixture(scope="module")
async def mx() -> AsyncGenerator[MailServer]:
    async with mail_server() as running:
        yield running


@pytest.fixture(scope="module")
async def installation(
    server: OutsideServer, mx: MailServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Site]:
    """The cast's installation."""
    smtp_url = f"smtp://127.0.0.1:{mx.port}"
    async with site(tmp_path_factory.mktemp("site"), server.url, SMTP_URL=smtp_url) as made:
        yield made


@pytest.fixture
async def acme(installation: Site, mx: MailServer) -> AsyncGenerator[Site]:
    """The installation, whose processes each test starts, and leaves to be ended."""
    yield installation
    await installation.end()
    mx.on_rcpt = mx.on_data = mx.on_quit = None
