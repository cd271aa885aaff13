"""Token buckets: how much each principal may still do. Pure; the caller brings the time."""

from collections import OrderedDict
from dataclasses import dataclass


@dataclass
class Bucket:
    """What is left for one principal, as it stood at `at_seconds`."""

    points: float
    at_seconds: float


class Buckets:
    """One bucket for each name. Each begins full, holds `burst` points and regains `per_second`.

    Past `most` buckets the one unused for longest is forgotten, which fills it.
    """

    def __init__(self, *, burst: float, per_second: float, most: int = 10_000) -> None:
        self.burst = burst
        self._per_second = per_second
        self._most = most
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, name: str, cost: float, now_seconds: float) -> float:
        """Take `cost` points and return 0, or take nothing and return the seconds to wait."""
        bucket = self._settled(name, now_seconds)
        if bucket.points >= cost:
            bucket.points -= cost
            return 0.0
        return (cost - bucket.points) / self._per_second

    def left(self, name: str, now_seconds: float) -> float:
        """Return the points that are left."""
        return self._settled(name, now_seconds).points

    def full_in_seconds(self, name: str, now_seconds: float) -> float:
        """Return the seconds until the bucket is full again."""
        return (self.burst - self.left(name, now_seconds)) / self._per_second

    def __len__(self) -> int:
        return len(self._buckets)

    def _settled(self, name: str, now_seconds: float) -> Bucket:
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = self._buckets[name] = Bucket(self.burst, now_seconds)
        self._buckets.move_to_end(name)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        elapsed = max(0.0, now_seconds - bucket.at_seconds)
        bucket.points = min(self.burst, bucket.points + elapsed * self._per_second)
        bucket.at_seconds = now_seconds
        return bucket
