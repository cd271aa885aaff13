"""The table of notices: equal to what people read, and whole."""

import re
from pathlib import Path

import pytest

from models.events import Kind
from models.reactions import NOTICES, Audience, Means, When

PAGE = Path(__file__).parent.parent / "docs" / "notifications.md"
"""The table that people read."""


def test_the_table_that_people_read_is_the_one_that_is_used():
    rows = re.findall(
        r"^\| `([A-Z_]+)` \| (.+?) \| (.+?) \| (.+?) \|$", PAGE.read_text("utf-8"), re.MULTILINE
    )

    told = [
        (kind, WHEN[notice.when], WHO[notice.audience], " + ".join(HOW[means] for means in notice.by))
        for kind, notices in NOTICES.items()
        for notice in notices
    ]
    assert sorted(rows) == sorted(told)


def test_the_table_has_every_row_of_what_was_asked_for():
    source = PAGE.parent.parent.parent / "shared" / "FEATURES.md"
    if not source.exists():
        pytest.skip("it is not part of the project")
    asked = re.findall(r"^\| ((?:ticket|customer|status) [a-z]+) \|", source.read_text("utf-8"), re.MULTILINE)

    assert set(asked) == set(ASKED)
    for kinds in ASKED.values():
        assert all(NOTICES[kind] for kind in kinds)


ASKED = {
    "ticket created": (Kind.CREATED,),
    "ticket assigned": (Kind.ASSIGNED, Kind.UPDATED, Kind.CREATED),
    "customer replied": (Kind.CUSTOMER_REPLIED,),
    "status changed": (Kind.UPDATED, Kind.REOPENED),
    "ticket escalated": (Kind.ESCALATED,),
    "ticket resolved": (Kind.RESOLVED, Kind.UPDATED),
}
WHO = {
    Audience.CUSTOMER: "customer",
    Audience.ASSIGNEE: "assignee",
    Audience.NEW_ASSIGNEE: "new assignee",
    Audience.ADMINS: "admins",
    Audience.FOLLOWERS: "followers",
    Audience.MENTIONED: "members it mentions",
}
WHEN = {
    When.ALWAYS: "always",
    When.GIVEN: "it got an assignee",
    When.MOVED: "its status changed, but not to RESOLVED",
    When.RESOLVED: "its status became RESOLVED",
    When.MENTIONING: "it mentions somebody",
}
HOW = {Means.EMAIL: "email", Means.INBOX: "inbox"}
