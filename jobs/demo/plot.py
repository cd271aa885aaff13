"""The past of a demo workspace, worked out before anything is written: who does what, and when."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

from jobs.demo.hours import Hours
from jobs.demo.story import Customer, Player, Story, Turn, World
from jobs.demo.voices import Voice
from models.permissions import Role
from models.ticket_enums import Channel, Priority

PAST = timedelta(days=60)
NEWER = 1.3  # over 1: more tickets from lately than from long ago
UNREAD = timedelta(days=2.5)
UNREAD_SHARE = 0.6  # of tickets newer than that which nobody has looked at
FORGOTTEN = timedelta(days=25)  # an older thread has come to its end
UNANSWERED_SHARE = 0.6  # of customers who still owe an answer to a question
STUCK_SHARE = 0.2  # of threads that stop somewhere
CLOSED_SHARE = 0.3  # of those solved
HELPED_SHARE = 0.15  # of lines that a colleague writes instead
CHANNELS = {Channel.EMAIL: 9, Channel.PORTAL: 6, Channel.CHAT: 3, Channel.PHONE: 2}
HOURS_TO_ANSWER = {Priority.URGENT: 0.4, Priority.HIGH: 1.2, Priority.MEDIUM: 3.0, Priority.LOW: 6.0}
HOURS_TO_COME_BACK = 5.0


class Deed(StrEnum):
    """What a step does besides the turns of a thread."""

    OPEN = "open"
    TAKE = "take"
    CLOSE = "close"


@dataclass(frozen=True)
class Step:
    """Something that happens to a ticket. `member` is who does it, None for its customer."""

    at: datetime
    deed: Deed | Turn
    member: Player | None = None
    text: str = ""


@dataclass
class Plot:
    """One ticket and its steps in the order of time."""

    story: Story
    title: str
    channel: Channel
    customer: Customer
    steps: list[Step] = field(default_factory=list[Step])


def plots(world: World, now: datetime, count: int) -> list[Plot]:
    """Return so many tickets of the last 60 days before `now`; the same for the same arguments."""
    dice = Random(world.slug)  # noqa: S311 - a story, no secret
    hours = Hours(ZoneInfo(world.zone), dice)
    return [
        plot(world, story, now - PAST * dice.random() ** NEWER, now, hours)
        for story in _deck(world.stories, count, dice)
    ]


def plot(world: World, story: Story, opened: datetime, now: datetime, hours: Hours) -> Plot:
    """Return a ticket that was opened at about `opened`, and what came of it before `now`."""
    dice = hours.dice
    voice = Voice(
        dice,
        _channel(story, dice),
        dice.choice(world.customers),
        {name: dice.choice(choices) for name, choices in world.words.items()},
    )
    plot = Plot(story, voice.filled(dice.choice(story.title)), voice.channel, voice.customer)
    plot.steps.append(_opening(world, story, opened, voice, hours))
    plot.steps += _course(world, story, voice, plot.steps[0].at, hours)
    _cut(plot, now, dice)
    return plot


def _deck(stories: list[Story], count: int, dice: Random) -> Iterator[Story]:
    """Deal the stories, each once before any comes again."""
    deck: list[Story] = []
    for _ in range(count):
        deck = deck or dice.sample(stories, len(stories))
        yield deck.pop()


def _opening(world: World, story: Story, at: datetime, voice: Voice, hours: Hours) -> Step:
    text = voice.request(story.text)
    if voice.channel is Channel.PHONE:
        return Step(hours.office_before(at), Deed.OPEN, _colleague(world, hours.dice), text)
    return Step(hours.awake_before(at), Deed.OPEN, None, text)


def _course(world: World, story: Story, voice: Voice, at: datetime, hours: Hours) -> Iterator[Step]:
    """Tell how it goes on after the request at `at`, as if there were time for all of it."""
    dice, wait = hours.dice, HOURS_TO_ANSWER[story.priority]
    member = _colleague(world, dice)
    at = hours.office_after(at + _some(wait, dice))
    yield Step(at, Deed.TAKE, member)
    for line in story.lines:
        if line.turn is Turn.CUSTOMER:
            at = hours.awake_after(at + _some(HOURS_TO_COME_BACK, dice))
            yield Step(at, line.turn, None, voice.answer(line.text))
            continue
        by = member if dice.random() > HELPED_SHARE else _colleague(world, dice)
        at = hours.office_after(at + _some(wait / 3, dice))
        text = voice.filled(line.text) if line.turn is Turn.NOTE else voice.reply(line.text, by)
        yield Step(at, line.turn, by, text)
    if story.lines[-1].turn is Turn.SOLVE and dice.random() < CLOSED_SHARE:
        yield Step(hours.office_after(at + timedelta(days=dice.randint(1, 7))), Deed.CLOSE, member)


def _cut(plot: Plot, now: datetime, dice: Random) -> None:
    """Leave away what has not happened yet, and let some threads come to a stop on the way."""
    steps = [step for step in plot.steps if step.at < now]
    assert all(earlier.at < later.at for earlier, later in pairwise(steps)), "time goes forward"
    age, chance = now - steps[0].at, dice.random()
    asked = next((nth for nth, step in enumerate(steps, 1) if step.deed is Turn.ASK), None)
    if age < UNREAD and chance < UNREAD_SHARE:
        steps = steps[:1]
    elif age < FORGOTTEN and asked and chance < UNANSWERED_SHARE:
        steps = steps[:asked]
    elif age < FORGOTTEN and len(steps) > 3 and chance < STUCK_SHARE:
        steps = steps[: dice.randint(3, len(steps) - 1)]
    plot.steps = steps


def _channel(story: Story, dice: Random) -> Channel:
    if story.channels:
        return dice.choice(story.channels)
    return dice.choices(list(CHANNELS), list(CHANNELS.values()))[0]


def _colleague(world: World, dice: Random) -> Player:
    """Pick who works on it: now and then the admin, else an agent."""
    workers = [member for member in world.members if member.role is not Role.VIEWER]
    return dice.choices(workers, [1 if worker.role is Role.ADMIN else 4 for worker in workers])[0]


def _some(hours: float, dice: Random) -> timedelta:
    """Return a time of about so many hours: mostly less, sometimes much more, never none."""
    return timedelta(hours=hours * dice.lognormvariate(-0.3, 0.8), seconds=dice.randint(90, 600))
