"""E-mail addresses as people type them."""

import re

from models.errors import Invalid

ADDRESS_LENGTH = 254  # RFC 5321: the longest path that a server must take
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)


def checked_address(text: str) -> str:
    """Return the address in lower case, or refuse with Invalid. Source: WHATWG HTML, `type=email`."""
    address = text.strip()
    if len(address) > ADDRESS_LENGTH or not _ADDRESS.fullmatch(address):
        raise Invalid("This is not an e-mail address.")
    return address.lower()
