"""The plots of many further tickets: the demo's stories told over and over, by many customers."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from jobs.demo.hours import Hours
from jobs.demo.plot import NEWER, Plot, plot
from jobs.demo.story import Customer, World

YEAR = timedelta(days=365)
TICKETS_PER_CUSTOMER = 30  # beyond those of the story: 100,000 tickets have some 3,300 customers
NUMBER = re.compile(r"\d{5}")  # of an order or an invoice
NUMBERS = range(10_000, 100_000, 7)
HOSTS = ("post.example", "mailbox.example", "epost.example", "correio.example", "courrier.example")


@dataclass(frozen=True)
class Span:
    """The numbers `first` to `count` of further tickets, spread from `since` to `now`, in this order."""

    first: int
    count: int
    since: datetime
    now: datetime

    def at(self, nth: float) -> datetime:
        """Return when the nth further ticket is opened: more of them lately than long ago."""
        ahead = (self.count - nth) / (self.count - self.first)
        return self.now - (self.now - self.since) * ahead**NEWER


def further_plots(world: World, span: Span, first: int, count: int) -> list[Plot]:
    """Return the plots of so many tickets of the span, from the first on; the same for the same arguments."""
    dice = Random(f"{world.slug} {first}")  # noqa: S311 - a story, no secret
    hours = Hours(ZoneInfo(world.zone), dice)
    crowd = _crowded(world, first + count)
    openings = [span.at(nth + dice.random()) for nth in range(first, first + count)]
    return [plot(crowd, dice.choice(crowd.stories), at, span.now, hours) for at in openings]


def _crowded(world: World, tickets: int) -> World:
    """Return the world with the customers who write so many tickets, and with numbers for them all."""
    words = {name: _numbered(choices) for name, choices in world.words.items()}
    customers = [*world.customers, *_strangers(world, tickets // TICKETS_PER_CUSTOMER)]
    return world.model_copy(update={"customers": customers, "words": words})


def _numbered(choices: list[str]) -> list[str]:
    """Return many numbers of orders in the place of some; other words stay as they are."""
    if not NUMBER.search(choices[0]):
        return choices
    return [NUMBER.sub(str(number), choices[0]) for number in NUMBERS]


def _strangers(world: World, count: int) -> Iterator[Customer]:
    """Return so many customers, named by new pairs of the known ones' names, each with an own address."""
    firsts = [customer.first for customer in world.customers]
    lasts = [customer.name.split(" ", 1)[1] for customer in world.customers]
    for nth in range(count):
        turn, place = divmod(nth, len(firsts))
        name = f"{firsts[place]} {lasts[(place + turn + 1) % len(lasts)]}"
        again = str(turn // len(lasts) + 1) if turn >= len(lasts) else ""
        yield Customer(name, f"{_local_part(name)}{again}@{HOSTS[place % len(HOSTS)]}", "")


def _local_part(name: str) -> str:
    """Return the name as it stands in an address."""
    letters = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    return ".".join(re.findall("[a-z]+", letters))
