"""The addresses that answers to our letters go to: each names one customer on one ticket, by a token."""

import re

_OURS = re.compile(r"r-([a-z2-7]{52})@[^\s<>@]+")


def make(token: str, domain: str) -> str:
    """Return the address of the token, such as `r-…@desk.example`."""
    return f"r-{token}@{domain}"


def token_in(address: str) -> str | None:
    """Return the token in an address of this form, also when its case was lost on the way; else None."""
    found = _OURS.fullmatch(address.strip().lower())
    return found and found[1]
