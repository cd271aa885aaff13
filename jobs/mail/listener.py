"""The listener: takes mail by SMTP for the mailboxes of this installation, and for nobody else."""

import asyncio

from jobs.mail.door import Door
from jobs.mail.line import Line

LAST_SECONDS = 8  # at the end, for mails under way


class Listener:
    """Listens from `start` to `stop`. `port` is where."""

    def __init__(self) -> None:
        self.port = 0
        self._door = Door()
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> None:
        """Begin to take mail; with port 0 on one that is free."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Line(self._door), host, port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Take no more; let mails under way be stored, and end the other connections."""
        assert self._server is not None
        self._server.close()
        await self._door.close(LAST_SECONDS)
