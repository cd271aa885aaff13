"""What our letters to customers say. Pure: the rows are read elsewhere."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from jobs.mail.sheets import Foot, Link, Wording
from models.letters import Letter
from models.ticket_enums import Status

LEFT = "Too large for a mail, you find on the page of the whole conversation:"


@dataclass(frozen=True)
class Matter:
    """What a letter is about.

    `is_proved`: the recipient's address has proved itself. A letter to one that has not carries no
    text that its sender chose: no title, and no name. `left` names the files that are too large to go along.
    """

    reference: str
    title: str
    workspace: str
    contact: str
    is_proved: bool
    link: str
    body: str = ""
    author: str | None = None
    left: Sequence[str] = ()
    status: Status | None = None
    """What the ticket became by the event."""
    survey: str | None = None
    """Where the customer can say how satisfied they are, when they are asked."""
    primary: str | None = None
    """The customer's own ticket that this duplicate joined."""
    together: tuple[Link, ...] = ()
    """The customer's tickets of one bulk change, when it had several."""


STATUS_WORDS: dict[Status, str] = {
    Status.OPEN: "open",
    Status.IN_PROGRESS: "being worked on",
    Status.WAITING: "waiting for your answer",
    Status.RESOLVED: "solved",
    Status.CLOSED: "closed",
}


def word(letter: Letter, matter: Matter) -> Wording:
    """Return what the letter says about the matter."""
    return WORDINGS[letter](matter)


def foot(matter: Matter) -> Foot:
    """Return what stands below."""
    return Foot(matter.reference, Link("See the whole conversation", matter.link))


def _acknowledgement(matter: Matter) -> Wording:
    if not matter.is_proved:
        return Wording(
            f"[{matter.reference}] We received your request",
            (
                "Hello,",
                f"We received your request. Its number is {matter.reference}.",
                "You can follow it by the link below. If you did not ask us for anything, "
                "you need not do anything.",
                matter.workspace,
            ),
        )
    return Wording(
        _titled(matter),
        (
            f"Hello {matter.contact},",
            f"We received your request “{matter.title}” and will answer as soon as we can.",
            matter.workspace,
        ),
    )


def _reply(matter: Matter) -> Wording:
    signature = "\n".join(name for name in (matter.author, matter.workspace) if name)
    subject = _titled(matter) if matter.is_proved else f"[{matter.reference}] We answered your request"
    left = (f"{LEFT} {', '.join(matter.left)}",) if matter.left else ()
    return Wording(subject, (matter.body, *left, *_survey(matter), signature))


def _status(matter: Matter) -> Wording:
    assert matter.status is not None, "the letter is about a status"
    words = STATUS_WORDS[matter.status]
    subject = _subject(matter, f"Your request is now {words}")
    if matter.together:
        return Wording(subject, (_hello(matter), f"These requests of yours are now {words}:", *_rest(matter)))
    asked = ("Please reply to this mail.",) if matter.status is Status.WAITING else ()
    return Wording(subject, (_hello(matter), f"{_named(matter)} is now {words}.", *asked, matter.workspace))


def _resolved(matter: Matter) -> Wording:
    subject = _subject(matter, "We solved your request")
    again = "If there is more to it, reply to this mail, and we take it up again."
    if matter.together:
        return Wording(
            subject, (_hello(matter), f"We consider these requests of yours solved. {again}", *_rest(matter))
        )
    solved = f"We consider {_named(matter, begins=False)} solved. {again}"
    return Wording(subject, (_hello(matter), solved, *_survey(matter), matter.workspace))


def _merged(matter: Matter) -> Wording:
    other = f"with your request {matter.primary}" if matter.primary else "together with another one"
    joined = (
        f"{_named(matter)} is about the same matter as another one. We go on with it {other}; "
        "you need not write again."
    )
    return Wording(
        _subject(matter, "We joined your request with another one"),
        (_hello(matter), joined, matter.workspace),
    )


def _rest(matter: Matter) -> tuple[str | Link, ...]:
    return (*matter.together, matter.workspace)


def _survey(matter: Matter) -> tuple[Link, ...]:
    return (Link("Tell us how we did", matter.survey),) if matter.survey else ()


def _hello(matter: Matter) -> str:
    return f"Hello {matter.contact}," if matter.is_proved else "Hello,"


def _named(matter: Matter, *, begins: bool = True) -> str:
    """Return the request as a sentence names it: by its title only where that may be told."""
    yours = "Your request" if begins else "your request"
    return f"{yours} “{matter.title}”" if matter.is_proved else f"{yours} {matter.reference}"


def _subject(matter: Matter, unproved: str) -> str:
    return _titled(matter) if matter.is_proved else f"[{matter.reference}] {unproved}"


def _titled(matter: Matter) -> str:
    return f"[{matter.reference}] {matter.title}"


WORDINGS: dict[Letter, Callable[[Matter], Wording]] = {
    Letter.ACKNOWLEDGEMENT: _acknowledgement,
    Letter.REPLY: _reply,
    Letter.STATUS: _status,
    Letter.RESOLVED: _resolved,
    Letter.MERGED: _merged,
}
