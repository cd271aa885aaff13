"""The kinds of letter that the product sends."""

from enum import StrEnum


class Letter(StrEnum):
    ACKNOWLEDGEMENT = "ACKNOWLEDGEMENT"
    REPLY = "REPLY"


AUTOMATIC: frozenset[Letter] = frozenset({Letter.ACKNOWLEDGEMENT})
"""Letters that no person wrote: marked as such, and limited towards addresses that are unproved."""
