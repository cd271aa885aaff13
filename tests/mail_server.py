"""A mail server that does as it is told, on the test's own loop."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session
from office import parsed

OK = "250 OK"


class MailServer:
    """`taken` holds what it took. The rest says, by recipient, how it behaves."""

    def __init__(self) -> None:
        self.port = 0
        self.taken: list[EmailMessage] = []
        self.answers: dict[str, str] = {}
        self.stalls: dict[str, asyncio.Event] = {}
        self.cuts: set[str] = set()
        self.on_rcpt: Callable[[], Awaitable[object]] | None = None
        self.on_data: Callable[[], Awaitable[object]] | None = None
        self.on_quit: Callable[[], Awaitable[object]] | None = None
        self.has_heard = asyncio.Event()
        self.connections = 0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.has_heard.set()
        if self.on_rcpt is not None:
            await self.on_rcpt()
        if address in self.stalls:
            await self.stalls[address].wait()
        answer = self.answers.get(address, OK)
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.on_data is not None:
            await self.on_data()
        if envelope.rcpt_tos[0] in self.cuts:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
            return "451 cut"
        assert isinstance(envelope.content, bytes)
        self.taken.append(parsed(envelope.content))
        return OK

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.on_quit is not None:
            await self.on_quit()
        return "221 Bye"


class _Counted(SMTP):
    """Keeps count of the connections that are open."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.event_handler.connections += 1
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.event_handler.connections -= 1
        super().connection_lost(error)


@asynccontextmanager
async def mail_server() -> AsyncIterator[MailServer]:
    told = MailServer()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Counted(told, loop=loop, hostname="mx"), "127.0.0.1", 0)
    told.port = server.sockets[0].getsockname()[1]
    try:
        yield told
    finally:
        for stall in told.stalls.values():
            stall.set()
        server.close()
