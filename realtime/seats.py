"""How many sockets each principal has open, and each address while nobody knows who it is."""

from collections import Counter
from ipaddress import ip_address, ip_network

from settings import settings


class Seats:
    """The counts of one process. Whoever sits down leaves again, also by an abort."""

    def __init__(self) -> None:
        self._principals: Counter[str] = Counter()
        self._addresses: Counter[str] = Counter()

    def enter(self, address: str) -> bool:
        """Count an unauthenticated socket; False when its address has too many of them."""
        return _sit(self._addresses, _household(address), settings.sockets_per_address)

    def exit(self, address: str) -> None:
        _leave(self._addresses, _household(address))

    def sit(self, principal: str) -> bool:
        """Count a socket of the principal; False when it has too many."""
        return _sit(self._principals, principal, settings.sockets_per_principal)

    def leave(self, principal: str) -> None:
        _leave(self._principals, principal)

    @property
    def is_empty(self) -> bool:
        return not self._principals and not self._addresses


def _sit(taken: Counter[str], name: str, most: int) -> bool:
    if taken[name] >= most:
        return False
    taken[name] += 1
    return True


def _leave(taken: Counter[str], name: str) -> None:
    taken[name] -= 1
    if taken[name] <= 0:
        del taken[name]


def _household(address: str) -> str:
    """One IPv6 customer owns 2^64 addresses, so they count as one."""
    try:
        if ip_address(address).version == 6:
            return str(ip_network((address, 64), strict=False))
    except ValueError:
        pass
    return address
