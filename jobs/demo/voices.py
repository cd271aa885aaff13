"""How people of the demo write: greetings and closings by channel, and the words filled in."""

from dataclasses import dataclass
from random import Random

from jobs.demo.story import Customer, Player
from models.ticket_enums import Channel

GREETINGS = ("Hello,\n\n", "Hi,\n\n", "Hello everybody,\n\n", "")
CLOSINGS = ("\n\nKind regards,\n{name}", "\n\nThanks,\n{first}", "\n\n{first}", "")
SIGNATURES = ("\n\nBest regards,\n{first}", "\n\nAll the best,\n{first}")


@dataclass(frozen=True)
class Voice:
    """The tone of one ticket's thread."""

    dice: Random
    channel: Channel
    customer: Customer
    words: dict[str, str]

    def filled(self, text: str) -> str:
        """Return the text with this ticket's words in it."""
        return text.format_map(self.words)

    def request(self, text: str) -> str:
        """Return the first message, as it came or as a member took it down on the phone."""
        told = self.filled(text)
        if self.channel is Channel.PHONE:
            return f"{self.customer.name} on the phone:\n\n{told}"
        if self.channel is Channel.CHAT:
            return told
        closing = self.dice.choice(CLOSINGS).format(name=self.customer.name, first=self.customer.first)
        return self.dice.choice(GREETINGS) + told + closing

    def answer(self, text: str) -> str:
        """Return a later message of the customer."""
        signed = self.channel is Channel.EMAIL and self.dice.random() < 0.6
        return self.filled(text) + (f"\n\n{self.customer.first}" if signed else "")

    def reply(self, text: str, member: Player) -> str:
        """Return a member's message to the customer."""
        told = self.filled(text)
        if self.channel is Channel.CHAT:
            return told
        signature = self.dice.choice(SIGNATURES).format(first=member.name.split()[0])
        return f"Hi {self.customer.first},\n\n{told}{signature}"
