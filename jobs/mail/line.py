"""One mail client's connection. aiosmtpd speaks the protocol; what it lacks is here.

A bounded memory and time for each mail, a bounded number of clients, no traceback for their mistakes, and
an end in good order.
"""
# pyright: reportPrivateUsage=false

import asyncio
import logging
from collections import defaultdict

from aiosmtpd.smtp import SMTP

from jobs.mail.door import Door
from jobs.mail.reception import Addressed, Reception, stored
from jobs.origin import mail_domain
from settings import settings

END = b"\r\n.\r\n"
CHUNK_BYTES = 64 * 1024
MAIL_SECONDS = 600  # for the text of one mail: 25 MiB in ten minutes
COMMANDS = 2000  # of each kind on one connection
COMMAND_CHARACTERS = 1000

FULL = b"421 4.7.0 Too many connections. Please try again later.\r\n"
LEAVING = b"421 4.3.2 We are restarting. Please try again.\r\n"
TOO_LARGE = "552 5.3.4 This mail is too large."

logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd's; it warns of each client's mistake


class Line(SMTP):
    """One client's connection."""

    line_length_limit = CHUNK_BYTES  # how much is read at once; lines of mails may be longer

    def __init__(self, door: Door) -> None:
        self.command_size_limits = defaultdict(lambda: COMMAND_CHARACTERS)  # the library's is everybody's
        super().__init__(
            Reception(),
            data_size_limit=settings.mail_bytes,
            enable_SMTPUTF8=True,
            hostname=mail_domain(),
            ident="Deskwire",
            timeout=settings.smtp_in_seconds,
            auth_exclude_mechanism=("LOGIN", "PLAIN"),
            command_call_limit=COMMANDS,
            loop=asyncio.get_running_loop(),
        )
        self.has_ended = asyncio.Event()
        self._door = door
        self._is_admitted = False
        self._takes_mail = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        address = str((transport.get_extra_info("peername") or ("unknown",))[0])
        self._is_admitted = self._door.admit(self, address)
        if not self._is_admitted:
            transport.write(FULL)
            transport.close()
            return
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.has_ended.set()
        self._door.leave(self)
        if self._is_admitted:
            super().connection_lost(error)

    def leave_when_idle(self) -> None:
        if not self._takes_mail and isinstance(self.transport, asyncio.Transport):
            self.transport.write(LEAVING)
            self.transport.close()

    def abort(self) -> None:
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()

    def _create_envelope(self) -> Addressed:
        return Addressed()

    async def smtp_DATA(self, arg: str) -> None:
        """Take the text of a mail. Stands for the library's own, whose memory grows with the lines."""
        envelope = self.envelope
        assert isinstance(envelope, Addressed)
        if arg or not envelope.mailboxes:
            await self.push("501 5.5.4 Syntax: DATA" if arg else "503 5.5.1 Send RCPT first.")
            return
        self._takes_mail = True
        try:
            await self.push("354 End the mail with <CR><LF>.<CR><LF>")
            self._reset_timeout(MAIL_SECONDS)
            envelope.content = await self._text()
            self._reset_timeout(MAIL_SECONDS)
            await self.push(TOO_LARGE if envelope.content is None else await stored(envelope))
        finally:
            self._takes_mail = False
        self._reset_timeout()
        self._set_post_data_state()
        if self._door.is_closing:
            self.leave_when_idle()

    async def _text(self) -> bytes | None:
        """Return the text up to the line with the lone dot; None when it is too large.

        A client that does not stop even then is cut off.
        """
        self._reader._buffer[:0] = b"\r\n"  # type: ignore[attr-defined] - the lone dot may be the first line
        text, size, is_whole = bytearray(), 0, False
        while not is_whole:
            part, is_whole = await self._part()
            size += len(part)
            if size <= settings.mail_bytes:
                text += part
            elif size > 2 * settings.mail_bytes:
                self.abort()
        if size > settings.mail_bytes:
            return None
        return bytes(text[:-3].replace(b"\r\n.", b"\r\n")[2:])

    async def _part(self) -> tuple[bytes, bool]:
        """Return a piece of the text, and whether it is the last one."""
        try:
            return await self._reader.readuntil(END), True
        except asyncio.LimitOverrunError as more:
            return await self._reader.readexactly(more.consumed), False
