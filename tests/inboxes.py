"""What everybody at Acme is told: members' inboxes, and the letters to them and to customers."""

from collections import Counter, defaultdict
from email.utils import parseaddr
from pathlib import Path

import cast
import pytest
from office import Office, office_of, text

from jobs.relay import work_off
from models.actors import Actor, ActorKind
from models.members import Member
from models.notifications import Notification
from resolvers import notifications

CARL = "carl@example.org"


class Inboxes(Office):
    """An office in which one can look into everybody's inbox, and forget what is in it."""

    forgotten = 0

    @classmethod
    def of(cls, desk: cast.Desk, url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> "Inboxes":
        office = office_of(desk, url, folder, monkeypatch)
        return cls(office.url, office.ada, office.folder)

    async def told(self) -> dict[str, list[str]]:
        """Work what is due, and return by member what their inbox says, the oldest first."""
        await work_off()
        rows = Notification.filter(workspace_id=self.workspace_id, head_id=None, id__gt=self.forgotten)
        found: dict[str, list[str]] = defaultdict(list)
        for row in await rows.order_by("id"):
            member = await Member.get(workspace_id=self.workspace_id, id=row.member_id)
            actor = Actor(ActorKind.MEMBER, self.workspace_id, member.permissions, member_id=member.id)
            found[member.name] += await notifications.summaries(actor, [row.id])
        return dict(found)

    async def forget(self) -> None:
        """Work what is due, and empty all inboxes."""
        await self.mailed_later()
        last = await Notification.filter(workspace_id=self.workspace_id).order_by("-id").first()
        self.forgotten = last.id if last else 0
        await self.forget_letters()

    async def mailed_later(self, minutes: float = 2) -> dict[str, int]:
        """Let the time pass in which reading cancels mails; return how many letters each address has."""
        await work_off()
        await self.pass_time(minutes=minutes)
        await work_off()
        return dict(Counter(parseaddr(str(letter["To"]))[1] for letter in self.inbox()))

    async def customer_letter(self) -> str:
        """Return the text of the one letter that Carl has."""
        await self.mailed_later()
        [letter] = [one for one in self.inbox() if CARL in str(one["To"])]
        return text(letter)
