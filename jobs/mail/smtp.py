"""Handing one letter to the mail server, and telling failures that may pass from those that stay."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from urllib.parse import unquote, urlsplit

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from jobs.mail.compose import Composed
from jobs.retries import GivenUp, NotYet
from models.errors import Invalid
from models.texts import cleaned
from settings import settings

# A server that has the whole letter is waited for longer: to give up on it risks sending twice.
DATA_STEPS = 6
LETTER_FAULTS = (SMTPSenderRefused, SMTPRecipientRefused, SMTPDataError)
Step = Callable[[], Awaitable[None]]
PORTS = {"smtp": 25, "smtps": 465}


def check() -> None:
    """Refuse with Invalid an `smtp_url` that is no address of a mail server."""
    if settings.smtp_url:
        _client()


async def send(letter: Composed, confirm: Step, record: Step) -> None:
    """Hand the letter to the server of `smtp_url`.

    `confirm` is called last before its text goes out, `record` first after it was taken: a process that
    dies in between has it sent again. Raises NotYet for what may pass: the server is away, slow, or says
    4xx. Raises GivenUp when it refuses the letter, its sender or its recipient with 5xx.
    """
    client = _client()
    async with _explained(), _connected(client):
        await client.mail(letter.sender)
        await client.rcpt(letter.recipient)
        await confirm()
        await client.data(letter.source, timeout=DATA_STEPS * settings.smtp_seconds)
        await record()


def _client() -> SMTP:
    url = urlsplit(settings.smtp_url)
    if url.scheme not in PORTS:
        raise Invalid("SMTP_URL begins with smtp:// or smtps://.")
    return SMTP(
        hostname=url.hostname or "localhost",
        port=url.port or PORTS[url.scheme],
        use_tls=url.scheme == "smtps",
        start_tls=None if url.scheme == "smtp" else False,  # None: if the server offers it
        username=unquote(url.username) if url.username else None,
        password=unquote(url.password) if url.password else None,
        validate_certs=settings.smtp_verified,
        timeout=settings.smtp_seconds,
    )


@asynccontextmanager
async def _connected(client: SMTP) -> AsyncGenerator[None]:
    """Connect; say goodbye when all went well, which is then of no consequence any more."""
    await client.connect()
    try:
        yield
        with suppress(SMTPException, OSError):
            await client.quit(timeout=1)
    finally:
        client.close()


@asynccontextmanager
async def _explained() -> AsyncGenerator[None]:
    """Turn the library's errors into NotYet and GivenUp, with a reason for people."""
    try:
        yield
    except LETTER_FAULTS as fault:
        raise (GivenUp if fault.code >= 500 else NotYet)(_answer(fault)) from fault
    except SMTPResponseException as fault:
        # Refused before it saw the letter, such as a wrong password: ours to mend, so try again.
        raise NotYet(_answer(fault)) from fault
    except OSError as fault:
        raise NotYet(f"The mail server does not answer ({type(fault).__name__}).") from fault
    except SMTPException as fault:
        raise NotYet(f"The mail server cannot be used ({type(fault).__name__}).") from fault


def _answer(fault: SMTPResponseException) -> str:
    words = " ".join(cleaned(fault.message).split())
    return f"The mail server answered {fault.code}: {words}"
