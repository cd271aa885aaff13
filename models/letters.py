"""The kinds of letter that the product sends."""

from enum import StrEnum


class Letter(StrEnum):
    ACKNOWLEDGEMENT = "ACKNOWLEDGEMENT"
    REPLY = "REPLY"
    STATUS = "STATUS"
    RESOLVED = "RESOLVED"
    MERGED = "MERGED"
    NOTICE = "NOTICE"


TO_MEMBERS: frozenset[Letter] = frozenset({Letter.NOTICE})
"""Letters to members; all others go to customers."""

AUTOMATIC: frozenset[Letter] = frozenset(Letter) - {Letter.REPLY}
"""Letters that no person wrote: marked as such, and limited towards addresses that are unproved."""
