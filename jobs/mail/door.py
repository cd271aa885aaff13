"""The door of the listener: how many mail clients may be in at a time."""

import asyncio
from collections import Counter
from typing import Protocol

from settings import settings


class Guest(Protocol):
    """A client's connection."""

    has_ended: asyncio.Event

    def leave_when_idle(self) -> None:
        """Say goodbye, now or after the mail that is under way."""
        ...

    def abort(self) -> None:
        """End at once."""
        ...


class Door:
    """Who is in. Once it `is_closing`, those who are leave when they have finished."""

    def __init__(self) -> None:
        self.is_closing = False
        self.guests: dict[Guest, str] = {}
        self._by_address: Counter[str] = Counter()

    def admit(self, guest: Guest, address: str) -> bool:
        """Let the client in, unless there are too many of them."""
        is_full = len(self.guests) >= settings.smtp_in_connections
        if is_full or self._by_address[address] >= settings.smtp_in_connections_per_address:
            return False
        self.guests[guest] = address
        self._by_address[address] += 1
        return True

    def leave(self, guest: Guest) -> None:
        """Take note that the client is gone, if it was in."""
        address = self.guests.pop(guest, None)
        if address is not None:
            self._by_address[address] -= 1
            self._by_address += Counter()  # forgets those with nobody in

    async def close(self, seconds: float) -> None:
        """Ask all to leave; end those who have not after so many seconds."""
        self.is_closing = True
        for guest in self.guests:
            guest.leave_when_idle()
        ends = [asyncio.ensure_future(guest.has_ended.wait()) for guest in self.guests]
        if ends:
            await asyncio.wait(ends, timeout=seconds)
        for guest in list(self.guests):
            guest.abort()
