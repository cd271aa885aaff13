"""The tables in `stories/`, read: two workspaces, who is in them, and what their customers ask."""

import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel

from models.labels import LabelColor
from models.permissions import Role
from models.ticket_enums import Channel, Priority, TicketType

FOLDER = Path(__file__).with_name("stories")
WORLDS = ("pedalhaus", "ledgerline")


class Turn(StrEnum):
    """Who speaks in a thread, and to what end."""

    CUSTOMER = "customer"
    REPLY = "reply"
    ASK = "ask"
    SOLVE = "solve"
    NOTE = "note"


class Line(NamedTuple):
    turn: Turn
    text: str


class Story(BaseModel):
    """A problem and how it went. `{words}` in its texts are filled in for each ticket."""

    title: list[str]
    text: str
    thread: list[str]
    type: TicketType = TicketType.SUPPORT_TICKET
    priority: Priority = Priority.MEDIUM
    channels: list[Channel] = []
    labels: list[str] = []

    @property
    def lines(self) -> list[Line]:
        """The thread after the customer's first message, such as `reply: …`, taken apart."""
        halves = (entry.split(": ", 1) for entry in self.thread)
        return [Line(Turn(turn), text) for turn, text in halves]


class Player(BaseModel):
    """A member of a demo workspace."""

    name: str
    email: str
    role: Role


class Customer(NamedTuple):
    name: str
    email: str
    company: str

    @property
    def first(self) -> str:
        return self.name.split()[0]


class World(BaseModel):
    """A demo workspace."""

    slug: str
    name: str
    zone: str
    tickets: int
    members: list[Player]
    labels: dict[str, LabelColor]
    customers: list[Customer]
    words: dict[str, list[str]]
    stories: list[Story]


def worlds() -> list[World]:
    """Read the demo's workspaces."""
    return [_world(slug) for slug in WORLDS]


def _world(slug: str) -> World:
    table = _read(f"{slug}.toml")
    stories = [story for name in table["stories"] for story in _read(name)["story"]]
    return World.model_validate(table | {"stories": stories, "customers": table["contacts"]["rows"]})


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text())
